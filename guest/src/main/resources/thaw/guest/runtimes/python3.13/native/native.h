/*
 * What every invocation of the python runtime goes through: the Lambda Runtime API (2018-06-01) over one connection, JSON, the context
 * object and the environment. In Python each of them costs hundreds of steps of the interpreter, which a clone takes for the first time,
 * and an emulated one has to translate.
 *
 * Compiled without Python's headers: of its stable ABI (PEP 384, as of 3.10) little is needed, all of which are symbols of the python
 * program itself.
 */
#ifndef NATIVE_H
#define NATIVE_H
#define _DEFAULT_SOURCE
#include <stddef.h>

typedef ptrdiff_t Py_ssize_t;
typedef struct _typeobject PyTypeObject;
typedef struct {
    Py_ssize_t references;
    PyTypeObject *type;
} PyObject;
typedef PyObject *(*fast_function)(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
typedef struct {
    const char *name;
    fast_function function;
    int flags;
    const char *doc;
} PyMethodDef;
typedef struct {
    PyObject object;
    PyObject *(*init)(void);
    Py_ssize_t index;
    PyObject *copy;
    const char *name;
    const char *doc;
    Py_ssize_t size;
    PyMethodDef *methods;
    void *slots, *traverse, *clear, *free;
} PyModuleDef;

#define METH_FASTCALL 0x0080
#define PYTHON_API_VERSION 1013

extern PyObject *PyModule_Create2(PyModuleDef *, int);
extern PyObject _Py_NoneStruct, _Py_TrueStruct, _Py_FalseStruct;
extern PyTypeObject PyBytes_Type;
extern PyObject *PyExc_ConnectionError, *PyExc_Exception, *PyExc_OSError, *PyExc_TypeError, *PyExc_ValueError;
extern void PyErr_SetString(PyObject *, const char *);
extern PyObject *PyErr_Format(PyObject *, const char *, ...);
extern PyObject *PyErr_SetFromErrno(PyObject *);
extern PyObject *PyErr_NoMemory(void);
extern int PyErr_CheckSignals(void);
extern PyObject *PyErr_Occurred(void);
extern int PyErr_ExceptionMatches(PyObject *);
extern void PyErr_Clear(void);
extern void *PyEval_SaveThread(void);
extern void PyEval_RestoreThread(void *);
extern void *PyMem_Realloc(void *, size_t);
extern void PyMem_Free(void *);
extern int PyType_IsSubtype(PyTypeObject *, PyTypeObject *);
extern PyObject *PyType_GenericAlloc(PyTypeObject *, Py_ssize_t);
extern int PyObject_SetAttr(PyObject *, PyObject *, PyObject *);
extern PyObject *PyObject_VectorcallMethod(PyObject *, PyObject *const *, size_t, PyObject *);
extern PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...);
extern long PyLong_AsLong(PyObject *);
extern PyObject *PyLong_FromLong(long);
extern PyObject *PyTuple_New(Py_ssize_t);
extern Py_ssize_t PyTuple_Size(PyObject *);
extern PyObject *PyTuple_GetItem(PyObject *, Py_ssize_t);
extern int PyTuple_SetItem(PyObject *, Py_ssize_t, PyObject *);
extern PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);
extern int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
extern int PyDict_DelItem(PyObject *, PyObject *);
extern void PyDict_Clear(PyObject *);
extern int PyDict_Contains(PyObject *, PyObject *);
extern int PyDict_Next(PyObject *, Py_ssize_t *, PyObject **, PyObject **);
extern int PyBytes_AsStringAndSize(PyObject *, char **, Py_ssize_t *);
extern PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t);
extern PyObject *PyBytes_FromString(const char *);
extern char *PyBytes_AsString(PyObject *);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *, Py_ssize_t *);
extern PyObject *PyUnicode_AsEncodedString(PyObject *, const char *, const char *);
extern PyObject *PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *);
extern PyObject *PyUnicode_InternFromString(const char *);
extern PyObject *PyUnicode_AsUTF8String(PyObject *);
extern PyObject *PyUnicode_Join(PyObject *, PyObject *);
extern Py_ssize_t PyUnicode_GetLength(PyObject *);
extern void Py_IncRef(PyObject *);
extern void Py_DecRef(PyObject *);

/* native.c */
struct buffer {
    char *bytes;
    size_t length, capacity;
};
int reserve(struct buffer *buffer, size_t more); /* 0, or -1 and an error is set, as everywhere */
int append(struct buffer *buffer, const char *bytes, size_t length);
PyObject *none(void);
PyObject *wrong_arguments(void);

/* connection.c: an answer is a tuple: its status, its body, and these of its headers. */
enum { STATUS, BODY, REQUEST_ID, DEADLINE, ARN, TRACE_ID, TENANT_ID, CLIENT_CONTEXT, IDENTITY, ANSWER };
void connection_use(int inlet, int outlet); /* of a socket, which is both, or of two pipes */

/* environment.c */
void environment_use(PyObject *variables); /* what `os.environ` keeps its variables in: a dict of bytes */
int set_variable(PyObject *name, PyObject *value, char **kept);
PyObject *variable(PyObject *name);

/* context.c, json.c: what they need is made once. */
int context_prepare(void);
int json_prepare(void);

/* What Python calls. */
#define FUNCTIONS(DO)                                                                                                  \
    DO(use) DO(has_any) DO(flush)                               /* native.c */                                         \
    DO(ask) DO(receive) DO(respond) DO(fail)                    /* connection.c */                                     \
    DO(variable) DO(set_variables) DO(replace_variables)        /* environment.c */                                    \
    DO(begin)                                                   /* context.c */                                        \
    DO(read_json) DO(write_json)                                /* json.c */
#define DECLARE(name) PyObject *native_##name(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
FUNCTIONS(DECLARE)

#endif
