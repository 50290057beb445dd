/*
 * What every invocation of the python runtime goes through: the Lambda Runtime API (2018-06-01) over one connection, JSON, the context
 * object and the environment. In Python each of them costs hundreds of steps of the interpreter, which a clone takes for the first time,
 * and an emulated one has to translate.
 *
 * Compiled without Python's headers: of its stable ABI (PEP 384, as of 3.10) little is needed, all of which are symbols of the python
 * program itself.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/uio.h>
#include <unistd.h>

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

#define RECEIVE_BYTES (1 << 16)
#define HEAD_BYTES (1 << 20)
#define BODY_BYTES (1L << 30)
/* Up to here a request is sent as one string of bytes; beyond, its parts are gathered by the kernel. */
#define JOIN_BYTES (1 << 16)

struct buffer {
    char *bytes;
    size_t length, capacity;
};

/* The process's one connection. What was received and not taken yet: answers follow each other without a gap. */
static int inlet, outlet; /* of a socket, which is both, or of two pipes */
static struct buffer received;
static struct buffer request;

/* The process's environment as Python has it: a dict of bytes. */
static PyObject *environment;

struct header {
    const char *name;
    size_t length;
};
#define HEADER(name) {name, sizeof name - 1}

/* An answer is a tuple: its status, its body, and these of its headers. */
enum { STATUS, BODY, REQUEST_ID, DEADLINE, ARN, TRACE_ID, TENANT_ID, CLIENT_CONTEXT, IDENTITY, ANSWER };
static const struct header headers[] = {
    [REQUEST_ID] = HEADER("lambda-runtime-aws-request-id"),
    [DEADLINE] = HEADER("lambda-runtime-deadline-ms"),
    [ARN] = HEADER("lambda-runtime-invoked-function-arn"),
    [TRACE_ID] = HEADER("lambda-runtime-trace-id"),
    [TENANT_ID] = HEADER("lambda-runtime-tenant-id"),
    [CLIENT_CONTEXT] = HEADER("lambda-runtime-client-context"),
    [IDENTITY] = HEADER("lambda-runtime-cognito-identity"),
};
static const struct header content_length = HEADER("content-length");

static int reserve(struct buffer *buffer, size_t more) {
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

static int append(struct buffer *buffer, const char *bytes, size_t length) {
    if (reserve(buffer, length) != 0) {
        return -1;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

#define APPEND(buffer, text) append(buffer, text, sizeof(text) - 1)

/* Writes a number's digits before `end`; returns where they begin. */
static char *write_digits(char *end, unsigned long number) {
    do {
        *--end = (char)('0' + number % 10);
    } while ((number /= 10) != 0);
    return end;
}

static void *broken(const char *message) {
    PyErr_SetString(PyExc_ConnectionError, message);
    return NULL;
}

/* After a system call that failed: whether it is to be made once more. */
static int again(void) {
    if (errno == EINTR) {
        return PyErr_CheckSignals() == 0;
    }
    PyErr_SetFromErrno(PyExc_OSError);
    return 0;
}

static int send_all(const char *bytes, size_t length) {
    while (length > 0) {
        void *thread = PyEval_SaveThread();
        ssize_t sent = write(outlet, bytes, length);
        PyEval_RestoreThread(thread);
        if (sent >= 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (!again()) {
            return -1;
        }
    }
    return 0;
}

static int send_gathered(struct iovec *parts, size_t count) {
    while (count > 0) {
        void *thread = PyEval_SaveThread();
        ssize_t sent = writev(outlet, parts, (int)count);
        PyEval_RestoreThread(thread);
        if (sent < 0) {
            if (!again()) {
                return -1;
            }
            continue;
        }
        while (count > 0 && (size_t)sent >= parts->iov_len) {
            sent -= (ssize_t)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + sent;
            parts->iov_len -= (size_t)sent;
        }
    }
    return 0;
}

/* How many bytes came, more than none; -1 if none will. */
static ssize_t receive_some(char *bytes, size_t capacity) {
    for (;;) {
        void *thread = PyEval_SaveThread();
        ssize_t count = read(inlet, bytes, capacity);
        PyEval_RestoreThread(thread);
        if (count > 0) {
            return count;
        }
        if (count == 0) {
            broken("the runtime API closed the connection");
            return -1;
        }
        if (!again()) {
            return -1;
        }
    }
}

static PyObject *none(void) {
    Py_IncRef(&_Py_NoneStruct);
    return &_Py_NoneStruct;
}

static PyObject *wrong_arguments(void) {
    PyErr_SetString(PyExc_TypeError, "wrong number of arguments");
    return NULL;
}

static struct iovec part(const char *bytes, size_t length) {
    return (struct iovec){(void *)bytes, length};
}

#define PART(text) part(text, sizeof(text) - 1)

static struct iovec part_of_text(PyObject *text) {
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    return part(bytes, bytes == NULL ? 0 : (size_t)length);
}

/*
 * One POST, and the bytes of a following request in the same breath. The path is in three parts; the types must hold no line breaks.
 */
static PyObject *post(struct iovec path, PyObject *middle, struct iovec rest, PyObject *body, PyObject *content_type,
                      PyObject *error_type, PyObject *following) {
    char *bytes, *more, digits[20], *number = digits + sizeof digits;
    Py_ssize_t length, more_length;
    if (PyBytes_AsStringAndSize(body, &bytes, &length) != 0 || PyBytes_AsStringAndSize(following, &more, &more_length) != 0) {
        return NULL;
    }
    number = write_digits(number, (unsigned long)length);
    struct iovec head[] = {
        PART("POST /2018-06-01/runtime/"),
        path,
        part_of_text(middle),
        rest,
        PART(" HTTP/1.1\r\nHost: runtime\r\nContent-Type: "),
        part_of_text(content_type),
        error_type == NULL ? PART("") : PART("\r\nLambda-Runtime-Function-Error-Type: "),
        error_type == NULL ? PART("") : part_of_text(error_type),
        PART("\r\nContent-Length: "),
        part(number, (size_t)(digits + sizeof digits - number)),
        PART("\r\n\r\n"),
    };
    if (PyErr_Occurred()) {
        return NULL;
    }
    request.length = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        if (append(&request, head[i].iov_base, head[i].iov_len) != 0) {
            return NULL;
        }
    }
    if (length > JOIN_BYTES) {
        struct iovec parts[] = {part(request.bytes, request.length), part(bytes, (size_t)length), part(more, (size_t)more_length)};
        return send_gathered(parts, more_length > 0 ? 3 : 2) == 0 ? none() : NULL;
    }
    if (append(&request, bytes, (size_t)length) != 0 || append(&request, more, (size_t)more_length) != 0 ||
        send_all(request.bytes, request.length) != 0) {
        return NULL;
    }
    return none();
}

/* respond(request id, body, content type, following): posts an answer. */
static PyObject *native_respond(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 4) {
        return wrong_arguments();
    }
    return post(PART("invocation/"), arguments[0], PART("/response"), arguments[1], arguments[2], NULL, arguments[3]);
}

/* fail(path, document, content type, error type, following): posts an error. */
static PyObject *native_fail(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 5) {
        return wrong_arguments();
    }
    return post(PART(""), arguments[0], PART(""), arguments[1], arguments[2], arguments[3], arguments[4]);
}

/* The end of the head in what was received, behind the empty line; 0 if it is not there yet. */
static size_t head_end(size_t from) {
    const char *at = received.bytes + from, *end = received.bytes + received.length;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') {
            return (size_t)(at + 2 - received.bytes);
        }
    }
    return 0;
}

static int is(const struct header *header, const char *name, size_t length) {
    return length == header->length && strncasecmp(name, header->name, length) == 0;
}

static long number(const char *text, size_t length) {
    long value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || value > BODY_BYTES) {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Takes a line of the head apart: stores what it says of the body's length, or in the answer. */
static int header_line(const char *line, size_t length, PyObject *answer, long *body_length) {
    const char *colon = memchr(line, ':', length);
    if (colon == NULL) {
        return 0;
    }
    const char *value = colon + 1, *end = line + length;
    while (value < end && *value == ' ') {
        value++;
    }
    while (end > value && end[-1] == ' ') {
        end--;
    }
    size_t name_length = (size_t)(colon - line), value_length = (size_t)(end - value);
    if (is(&content_length, line, name_length)) {
        *body_length = number(value, value_length);
        return 0;
    }
    for (Py_ssize_t i = BODY + 1; i < ANSWER; i++) {
        if (is(&headers[i], line, name_length)) {
            PyObject *text = PyUnicode_DecodeUTF8(value, (Py_ssize_t)value_length, "replace");
            return text == NULL ? -1 : PyTuple_SetItem(answer, i, text);
        }
    }
    return 0;
}

/* What follows the head: from what was received, and from the connection. Takes head and body out of what was received. */
static PyObject *take_body(size_t head, size_t length) {
    size_t here = received.length - head;
    if (here >= length) {
        PyObject *body = PyBytes_FromStringAndSize(received.bytes + head, (Py_ssize_t)length);
        if (body != NULL) {
            received.length = here - length;
            memmove(received.bytes, received.bytes + head + length, received.length);
        }
        return body;
    }
    PyObject *body = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (body == NULL) {
        return NULL;
    }
    char *bytes = PyBytes_AsString(body);
    memcpy(bytes, received.bytes + head, here);
    received.length = 0;
    while (here < length) {
        ssize_t count = receive_some(bytes + here, length - here);
        if (count < 0) {
            Py_DecRef(body);
            return NULL;
        }
        here += (size_t)count;
    }
    return body;
}

static PyObject *read_answer(PyObject *answer, size_t head, long *status) {
    const char *at = received.bytes, *end = received.bytes + head - 2;
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    *status = line_end - at >= 12 ? number(at + 9, 3) : -1;
    long length = 0;
    if (*status < 0) {
        return broken("the runtime API sent what is no HTTP");
    }
    for (at = line_end + 1; at < end; at = line_end + 1) {
        line_end = memchr(at, '\n', (size_t)(end - at));
        if (header_line(at, (size_t)(line_end - at) - (line_end > at && line_end[-1] == '\r'), answer, &length) != 0) {
            return NULL;
        }
    }
    if (length < 0 || length > BODY_BYTES) {
        return broken("the runtime API sent a body of a length that is none");
    }
    PyObject *code = PyLong_FromLong(*status);
    if (code == NULL || PyTuple_SetItem(answer, STATUS, code) != 0) {
        return NULL;
    }
    PyObject *body = take_body(head, (size_t)length);
    return body == NULL || PyTuple_SetItem(answer, BODY, body) != 0 ? NULL : answer;
}

static PyObject *receive(long *status) {
    size_t head = head_end(0);
    while (head == 0) {
        if (received.length > HEAD_BYTES) {
            return broken("the runtime API sent an endless head");
        }
        if (reserve(&received, RECEIVE_BYTES) != 0) {
            return NULL;
        }
        ssize_t more = receive_some(received.bytes + received.length, received.capacity - received.length);
        if (more < 0) {
            return NULL;
        }
        size_t from = received.length > 3 ? received.length - 3 : 0;
        received.length += (size_t)more;
        head = head_end(from);
    }
    PyObject *answer = PyTuple_New(ANSWER);
    if (answer == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < ANSWER; i++) {
        PyTuple_SetItem(answer, i, none());
    }
    if (read_answer(answer, head, status) == NULL) {
        Py_DecRef(answer);
        return NULL;
    }
    return answer;
}

/* use(inlet, outlet, environment): descriptors of the connection, and what `os.environ` keeps its variables in. All else is about these. */
static PyObject *native_use(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 3) {
        return wrong_arguments();
    }
    inlet = (int)PyLong_AsLong(arguments[0]);
    outlet = (int)PyLong_AsLong(arguments[1]);
    environment = arguments[2];
    Py_IncRef(environment);
    return PyErr_Occurred() ? NULL : none();
}

/*
 * receive() -> (status, body, request id, deadline, ARN, trace id, tenant id, client context, identity): the next answer. What follows the
 * body are headers as texts, None for those that it has not.
 */
static PyObject *native_receive(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    (void)arguments;
    long status;
    return count != 0 ? wrong_arguments() : receive(&status);
}

/* ask(request) -> the answer, as of receive, if its status is 200. With no request: the answer to the one on its way. */
static PyObject *native_ask(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    char *bytes;
    Py_ssize_t length;
    if (count != 1) {
        return wrong_arguments();
    }
    if (PyBytes_AsStringAndSize(arguments[0], &bytes, &length) != 0 || send_all(bytes, (size_t)length) != 0) {
        return NULL;
    }
    long status;
    PyObject *answer = receive(&status);
    if (answer != NULL && status != 200) {
        PyErr_Format(PyExc_ConnectionError, "the runtime API answered with status %ld: %R", status, PyTuple_GetItem(answer, BODY));
        Py_DecRef(answer);
        return NULL;
    }
    return answer;
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
static int set_variable(PyObject *name, PyObject *value, char **kept) {
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
static PyObject *native_set_variables(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 1) {
        return wrong_arguments();
    }
    return set_all(arguments[0]) == 0 ? none() : NULL;
}

/* replace_variables(variables): the environment is those of a dict of texts, and no others. */
static PyObject *native_replace_variables(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 1) {
        return wrong_arguments();
    }
    clearenv();
    PyDict_Clear(environment);
    return set_all(arguments[0]) == 0 ? none() : NULL;
}

/* A new reference; None if there is no such variable. The name is bytes. */
static PyObject *variable(PyObject *name) {
    PyObject *value = PyDict_GetItemWithError(environment, name);
    char *bytes;
    Py_ssize_t length;
    if (value == NULL) {
        return PyErr_Occurred() ? NULL : none();
    }
    return PyBytes_AsStringAndSize(value, &bytes, &length) != 0 ? NULL : PyUnicode_DecodeUTF8(bytes, length, "surrogateescape");
}

/* variable(name) -> the text of a variable; None if there is no such. */
static PyObject *native_variable(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    PyObject *name = count != 1 ? wrong_arguments() : encoded(arguments[0]);
    if (name == NULL) {
        return NULL;
    }
    PyObject *value = variable(name);
    Py_DecRef(name);
    return value;
}

/* What a context has, in AWS's order: from a variable of the environment, or from the answer. */
static const struct attribute {
    const char *name, *variable;
    Py_ssize_t item;
} attributes[] = {
    {"aws_request_id", NULL, REQUEST_ID},
    {"log_group_name", "AWS_LAMBDA_LOG_GROUP_NAME", 0},
    {"log_stream_name", "AWS_LAMBDA_LOG_STREAM_NAME", 0},
    {"function_name", "AWS_LAMBDA_FUNCTION_NAME", 0},
    {"memory_limit_in_mb", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 0},
    {"function_version", "AWS_LAMBDA_FUNCTION_VERSION", 0},
    {"invoked_function_arn", NULL, ARN},
    {"tenant_id", NULL, TENANT_ID},
    {"client_context", NULL, CLIENT_CONTEXT},
    {"identity", NULL, IDENTITY},
    {"_deadline_millis", NULL, DEADLINE},
};
#define ATTRIBUTES (sizeof attributes / sizeof *attributes)
static PyObject *attribute_names[ATTRIBUTES], *attribute_variables[ATTRIBUTES];
static PyObject *trace_variable;

static int prepare_names(void) {
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        const char *name = attributes[i].variable;
        attribute_names[i] = PyUnicode_InternFromString(attributes[i].name);
        attribute_variables[i] = name == NULL ? none() : PyBytes_FromString(name);
        if (attribute_names[i] == NULL || attribute_variables[i] == NULL) {
            return -1;
        }
    }
    trace_variable = PyBytes_FromString("_X_AMZN_TRACE_ID");
    return trace_variable == NULL ? -1 : 0;
}

/* The one variable that changes with every invocation: its old text is freed, nobody in C reads it for long. */
static int set_trace(PyObject *trace_id) {
    static char *kept;
    char *before = kept;
    kept = NULL;
    int result = set_variable(trace_variable, trace_id, &kept);
    if (result == 0) {
        PyMem_Free(before);
    } else if (kept == NULL) {
        kept = before;
    }
    return result;
}

/* An object that was not initialized. */
static PyObject *allocate(PyObject *type) {
    return PyType_GenericAlloc((PyTypeObject *)type, 0);
}

/* A new reference. */
static PyObject *attribute_value(size_t i, PyObject *identity_type, PyObject *answer) {
    if (attributes[i].variable != NULL) {
        return variable(attribute_variables[i]);
    }
    PyObject *value = PyTuple_GetItem(answer, attributes[i].item);
    if (value == &_Py_NoneStruct && attributes[i].item == IDENTITY) {
        return allocate(identity_type);
    }
    if (value != NULL) {
        Py_IncRef(value);
    }
    return value;
}

/*
 * begin(type, identity type, answer) -> a context for an invocation: an object of the type that was not initialized, with the attributes
 * of one. Client context and identity are texts if there are any, else None and an object that was not initialized. The trace id is in the
 * environment then.
 */
static PyObject *native_begin(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 3) {
        return wrong_arguments();
    }
    PyObject *answer = arguments[2], *trace_id = PyTuple_GetItem(answer, TRACE_ID);
    if (trace_id == NULL || set_trace(trace_id) != 0) {
        return NULL;
    }
    PyObject *context = allocate(arguments[0]);
    for (size_t i = 0; context != NULL && i < ATTRIBUTES; i++) {
        PyObject *value = attribute_value(i, arguments[1], answer);
        if (value == NULL || PyObject_SetAttr(context, attribute_names[i], value) != 0) {
            Py_DecRef(context);
            context = NULL;
        }
        if (value != NULL) {
            Py_DecRef(value);
        }
    }
    return context;
}

/* has_any(dict, names): whether one of a tuple's names is a key. */
static PyObject *native_has_any(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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
static PyObject *native_flush(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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

/*
 * JSON by the C scanner and encoder behind Python's `json`. What they refuse, and what no well-formed document needs, is left to Python, which
 * finds the words for it.
 */
static PyObject *zero, *nothing; /* 0 and "" */

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
static PyObject *native_read_json(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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
static PyObject *native_write_json(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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

#define FUNCTION(name) {#name, native_##name, METH_FASTCALL, NULL}
static PyMethodDef methods[] = {
    FUNCTION(use),       FUNCTION(ask),        FUNCTION(receive),  FUNCTION(respond),       FUNCTION(fail),
    FUNCTION(begin),     FUNCTION(flush),      FUNCTION(variable), FUNCTION(set_variables), FUNCTION(replace_variables),
    FUNCTION(read_json), FUNCTION(write_json), FUNCTION(has_any),  {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {.object = {.references = 1}, .name = "native", .size = -1, .methods = methods};

__attribute__((visibility("default"))) PyObject *PyInit_native(void) {
    flush_name = PyUnicode_InternFromString("flush");
    nothing = PyUnicode_InternFromString("");
    zero = PyLong_FromLong(0);
    return flush_name == NULL || nothing == NULL || zero == NULL || prepare_names() != 0 ? NULL : PyModule_Create2(&definition, PYTHON_API_VERSION);
}
