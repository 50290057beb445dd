/* The module: its functions, and what all of it needs. */
#include "native.h"

#include <string.h>

int reserve(struct buffer *buffer, size_t more) {
    if (buffer->capacity - buffer->length >= more) {
        return 0;
    }
    size_t capacity = buffer->length + (more > buffer->capacity ? more : buffer->capacity);
    char *bytes = PyMem_Realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 0;
}

int append(struct buffer *buffer, const char *bytes, size_t length) {
    if (reserve(buffer, length) != 0) {
        return -1;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

PyObject *none(void) {
    Py_IncRef(&_Py_NoneStruct);
    return &_Py_NoneStruct;
}

PyObject *wrong_arguments(void) {
    PyErr_SetString(PyExc_TypeError, "wrong number of arguments");
    return NULL;
}

/* use(inlet, outlet, environment): descriptors of the connection, and what `os.environ` keeps its variables in. All else is about these. */
PyObject *native_use(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 3) {
        return wrong_arguments();
    }
    connection_use((int)PyLong_AsLong(arguments[0]), (int)PyLong_AsLong(arguments[1]));
    environment_use(arguments[2]);
    return PyErr_Occurred() ? NULL : none();
}

/* has_any(dict, names): whether one of a tuple's names is a key. */
PyObject *native_has_any(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 2) {
        return wrong_arguments();
    }
    int has = 0;
    for (Py_ssize_t i = 0, names = PyTuple_Size(arguments[1]); i < names && has == 0; i++) {
        has = PyDict_Contains(arguments[0], PyTuple_GetItem(arguments[1], i));
    }
    PyObject *result = has > 0 ? &_Py_TrueStruct : &_Py_FalseStruct;
    if (has < 0 || PyErr_Occurred()) {
        return NULL;
    }
    Py_IncRef(result);
    return result;
}

static PyObject *flush_name;

/* flush(stream, ...): what cannot be flushed is the function's own, or one that it closed: its loss. */
PyObject *native_flush(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *result = PyObject_VectorcallMethod(flush_name, arguments + i, 1, NULL);
        if (result != NULL) {
            Py_DecRef(result);
        } else if (PyErr_ExceptionMatches(PyExc_Exception)) {
            PyErr_Clear();
        } else {
            return NULL;
        }
    }
    return none();
}

#define ENTRY(name) {#name, native_##name, METH_FASTCALL, NULL},
static PyMethodDef methods[] = {FUNCTIONS(ENTRY){NULL, NULL, 0, NULL}};

static PyModuleDef definition = {.object = {.references = 1}, .name = "native", .size = -1, .methods = methods};

__attribute__((visibility("default"))) PyObject *PyInit_native(void) {
    flush_name = PyUnicode_InternFromString("flush");
    return flush_name == NULL || context_prepare() != 0 || json_prepare() != 0 ? NULL : PyModule_Create2(&definition, PYTHON_API_VERSION);
}
