/*
 * JSON by the C scanner and encoder behind Python's `json`. What they refuse, and documents with blanks around them, are left to Python,
 * which finds the words for what is wrong.
 */
#include "native.h"

static PyObject *zero, *nothing; /* 0 and "" */

int json_prepare(void) {
    zero = PyLong_FromLong(0);
    nothing = PyUnicode_InternFromString("");
    return zero == NULL || nothing == NULL ? -1 : 0;
}

static PyObject *leave_to(PyObject *function, PyObject *argument) {
    PyErr_Clear();
    return PyObject_CallFunctionObjArgs(function, argument, NULL);
}

/* The value if the text is one and ends with it. */
static PyObject *scan(PyObject *scanner, PyObject *text) {
    PyObject *pair = PyObject_CallFunctionObjArgs(scanner, text, zero, NULL);
    if (pair == NULL) {
        return NULL;
    }
    PyObject *value = PyLong_AsLong(PyTuple_GetItem(pair, 1)) == PyUnicode_GetLength(text) ? PyTuple_GetItem(pair, 0) : NULL;
    if (value != NULL) {
        Py_IncRef(value);
    }
    Py_DecRef(pair);
    return value;
}

/* read_json(bytes, scanner, otherwise) -> the value; otherwise(bytes) if Python is to read it. */
PyObject *native_read_json(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 3) {
        return wrong_arguments();
    }
    char *bytes;
    Py_ssize_t length;
    if (PyBytes_AsStringAndSize(arguments[0], &bytes, &length) != 0) {
        return NULL;
    }
    PyObject *text = PyUnicode_DecodeUTF8(bytes, length, NULL);
    PyObject *value = text == NULL ? NULL : scan(arguments[1], text);
    if (text != NULL) {
        Py_DecRef(text);
    }
    return value != NULL ? value : leave_to(arguments[2], arguments[0]);
}

/* write_json(value, encoder, otherwise) -> bytes; otherwise(value) if Python is to write it. Bytes are returned as they are. */
PyObject *native_write_json(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 3) {
        return wrong_arguments();
    }
    PyObject *value = arguments[0];
    if (value->type == &PyBytes_Type || PyType_IsSubtype(value->type, &PyBytes_Type)) {
        Py_IncRef(value);
        return value;
    }
    PyObject *parts = PyObject_CallFunctionObjArgs(arguments[1], value, zero, NULL);
    PyObject *text = NULL;
    if (parts != NULL) {
        text = PyUnicode_Join(nothing, parts);
        Py_DecRef(parts);
    }
    PyObject *json = NULL;
    if (text != NULL) {
        json = PyUnicode_AsUTF8String(text);
        Py_DecRef(text);
    }
    return json != NULL ? json : leave_to(arguments[2], value);
}
