/* The process's environment: as Python has it, a dict of bytes, and as the C library has it. */
#include "native.h"

#include <stdlib.h>
#include <string.h>

static PyObject *environment;

void environment_use(PyObject *variables) {
    environment = variables;
    Py_IncRef(environment);
}

/* Bytes without a zero, for the C library. */
static const char *c_string(PyObject *bytes) {
    char *text;
    return PyBytes_AsStringAndSize(bytes, &text, NULL) != 0 ? NULL : text;
}

/* A new reference. */
static PyObject *encoded(PyObject *text) {
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    if (bytes != NULL) {
        return PyBytes_FromStringAndSize(bytes, length);
    }
    PyErr_Clear();
    return PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape");
}

static int remove_variable(PyObject *name) {
    const char *name_text = c_string(name);
    if (name_text == NULL) {
        return -1;
    }
    unsetenv(name_text);
    int there = PyDict_Contains(environment, name);
    return there > 0 ? PyDict_DelItem(environment, name) : there;
}

/*
 * For the C library, which keeps the text that is stored in `kept`. An old one is never freed, as nobody knows when its last reader is
 * gone: so does setenv, which takes more steps.
 */
static int put_variable(PyObject *name, PyObject *value, char **kept) {
    const char *name_text = c_string(name), *text = c_string(value);
    struct buffer pair = {0};
    if (name_text == NULL || text == NULL) {
        return -1;
    }
    if (*name_text == 0 || strchr(name_text, '=') != NULL) {
        PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
        return -1;
    }
    if (append(&pair, name_text, strlen(name_text)) != 0 || append(&pair, "=", 1) != 0 || append(&pair, text, strlen(text) + 1) != 0) {
        PyMem_Free(pair.bytes);
        return -1;
    }
    if (putenv(pair.bytes) != 0) {
        PyMem_Free(pair.bytes);
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    *kept = pair.bytes;
    return 0;
}

/* Sets a variable, or removes it if the value is None, whereupon nothing is kept. The name is bytes, the value a text. */
int set_variable(PyObject *name, PyObject *value, char **kept) {
    if (value == &_Py_NoneStruct) {
        return remove_variable(name);
    }
    PyObject *data = encoded(value);
    if (data == NULL) {
        return -1;
    }
    int result = put_variable(name, data, kept) == 0 ? PyDict_SetItem(environment, name, data) : -1;
    Py_DecRef(data);
    return result;
}

static int set_all(PyObject *variables) {
    PyObject *name, *value;
    Py_ssize_t at = 0;
    char *kept;
    while (PyDict_Next(variables, &at, &name, &value)) {
        PyObject *key = encoded(name);
        int result = key == NULL ? -1 : set_variable(key, value, &kept);
        if (key != NULL) {
            Py_DecRef(key);
        }
        if (result != 0) {
            return -1;
        }
    }
    return 0;
}

/* set_variables(variables): sets those of a dict of texts, and removes those that are None. */
PyObject *native_set_variables(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 1) {
        return wrong_arguments();
    }
    return set_all(arguments[0]) == 0 ? none() : NULL;
}

/* replace_variables(variables): the environment is those of a dict of texts, and no others. */
PyObject *native_replace_variables(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 1) {
        return wrong_arguments();
    }
    clearenv();
    PyDict_Clear(environment);
    return set_all(arguments[0]) == 0 ? none() : NULL;
}

/* A new reference; None if there is no such variable. The name is bytes. */
PyObject *variable(PyObject *name) {
    PyObject *value = PyDict_GetItemWithError(environment, name);
    char *bytes;
    Py_ssize_t length;
    if (value == NULL) {
        return PyErr_Occurred() ? NULL : none();
    }
    return PyBytes_AsStringAndSize(value, &bytes, &length) != 0 ? NULL : PyUnicode_DecodeUTF8(bytes, length, "surrogateescape");
}

/* variable(name) -> the text of a variable; None if there is no such. */
PyObject *native_variable(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    PyObject *name = count != 1 ? wrong_arguments() : encoded(arguments[0]);
    if (name == NULL) {
        return NULL;
    }
    PyObject *value = variable(name);
    Py_DecRef(name);
    return value;
}
