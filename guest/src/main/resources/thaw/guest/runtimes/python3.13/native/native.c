/*
 * The Lambda Runtime API (2018-06-01) over one connection, for the python runtime: requests out, answers in. In Python each of them
 * costs some thousand steps of the interpreter, which a clone takes for the first time, and an emulated one has to translate.
 *
 * Compiled without Python's headers: of its stable ABI (PEP 384, as of 3.10) little is needed, all of which are symbols of the python
 * program itself.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>

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
extern PyObject _Py_NoneStruct;
extern PyObject *PyExc_ConnectionError, *PyExc_OSError, *PyExc_TypeError;
extern void PyErr_SetString(PyObject *, const char *);
extern PyObject *PyErr_SetFromErrno(PyObject *);
extern PyObject *PyErr_NoMemory(void);
extern int PyErr_CheckSignals(void);
extern PyObject *PyErr_Occurred(void);
extern void *PyEval_SaveThread(void);
extern void PyEval_RestoreThread(void *);
extern void *PyMem_Realloc(void *, size_t);
extern long PyLong_AsLong(PyObject *);
extern PyObject *PyLong_FromLong(long);
extern PyObject *PyTuple_New(Py_ssize_t);
extern int PyTuple_SetItem(PyObject *, Py_ssize_t, PyObject *);
extern int PyBytes_AsStringAndSize(PyObject *, char **, Py_ssize_t *);
extern PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t);
extern char *PyBytes_AsString(PyObject *);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *, Py_ssize_t *);
extern PyObject *PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *);
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

/* Of the process's one connection. What was received and not taken yet: answers follow each other without a gap. */
static struct buffer received;
static struct buffer request;

/* What of an answer's headers is told, in this order, after its status and body. */
static const struct header {
    const char *name;
    size_t length;
} headers[] = {
#define HEADER(name) {name, sizeof name - 1}
    HEADER("lambda-runtime-aws-request-id"),    HEADER("lambda-runtime-deadline-ms"),
    HEADER("lambda-runtime-invoked-function-arn"), HEADER("lambda-runtime-trace-id"),
    HEADER("lambda-runtime-tenant-id"),         HEADER("lambda-runtime-client-context"),
    HEADER("lambda-runtime-cognito-identity"),
};
#define HEADERS (sizeof headers / sizeof *headers)
static const struct header content_length = HEADER("content-length");

static int reserve(struct buffer *buffer, size_t more) {
    if (buffer->capacity - buffer->length >= more) {
        return 0;
    }
    size_t capacity = buffer->length + more;
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

static int append_text(struct buffer *buffer, PyObject *text) {
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    return bytes == NULL ? -1 : append(buffer, bytes, (size_t)length);
}

static int append_number(struct buffer *buffer, size_t number) {
    char digits[20], *at = digits + sizeof digits;
    do {
        *--at = (char)('0' + number % 10);
    } while ((number /= 10) != 0);
    return append(buffer, at, (size_t)(digits + sizeof digits - at));
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

static int send_all(int connection, const char *bytes, size_t length) {
    while (length > 0) {
        void *thread = PyEval_SaveThread();
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
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

static int send_gathered(int connection, struct iovec *parts, size_t count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        void *thread = PyEval_SaveThread();
        ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
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
static ssize_t receive_some(int connection, char *bytes, size_t capacity) {
    for (;;) {
        void *thread = PyEval_SaveThread();
        ssize_t count = recv(connection, bytes, capacity, 0);
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

/* send(connection, request) */
static PyObject *native_send(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 2) {
        return wrong_arguments();
    }
    char *bytes;
    Py_ssize_t length;
    int connection = (int)PyLong_AsLong(arguments[0]);
    if (PyErr_Occurred() || PyBytes_AsStringAndSize(arguments[1], &bytes, &length) != 0 ||
        send_all(connection, bytes, (size_t)length) != 0) {
        return NULL;
    }
    return none();
}

/*
 * post(connection, path, body, content_type, error_type or None, following): one request, and the bytes of a following one in the same
 * breath. The types must hold no line breaks.
 */
static PyObject *native_post(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 6) {
        return wrong_arguments();
    }
    char *body, *following;
    Py_ssize_t body_length, following_length;
    int connection = (int)PyLong_AsLong(arguments[0]);
    if (PyErr_Occurred() || PyBytes_AsStringAndSize(arguments[2], &body, &body_length) != 0 ||
        PyBytes_AsStringAndSize(arguments[5], &following, &following_length) != 0) {
        return NULL;
    }
    request.length = 0;
    if (APPEND(&request, "POST /2018-06-01/runtime/") != 0 || append_text(&request, arguments[1]) != 0 ||
        APPEND(&request, " HTTP/1.1\r\nHost: runtime\r\nContent-Type: ") != 0 || append_text(&request, arguments[3]) != 0) {
        return NULL;
    }
    if (arguments[4] != &_Py_NoneStruct && (APPEND(&request, "\r\nLambda-Runtime-Function-Error-Type: ") != 0 ||
                                            append_text(&request, arguments[4]) != 0)) {
        return NULL;
    }
    if (APPEND(&request, "\r\nContent-Length: ") != 0 || append_number(&request, (size_t)body_length) != 0 ||
        APPEND(&request, "\r\n\r\n") != 0) {
        return NULL;
    }
    if (body_length > JOIN_BYTES) {
        struct iovec parts[] = {
            {request.bytes, request.length}, {body, (size_t)body_length}, {following, (size_t)following_length}};
        return send_gathered(connection, parts, following_length > 0 ? 3 : 2) == 0 ? none() : NULL;
    }
    if (append(&request, body, (size_t)body_length) != 0 || append(&request, following, (size_t)following_length) != 0 ||
        send_all(connection, request.bytes, request.length) != 0) {
        return NULL;
    }
    return none();
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
    for (size_t i = 0; i < HEADERS; i++) {
        if (is(&headers[i], line, name_length)) {
            PyObject *text = PyUnicode_DecodeUTF8(value, (Py_ssize_t)value_length, "replace");
            return text == NULL ? -1 : PyTuple_SetItem(answer, (Py_ssize_t)(2 + i), text);
        }
    }
    return 0;
}

/* What follows the head: from what was received, and from the connection. Takes head and body out of what was received. */
static PyObject *take_body(int connection, size_t head, size_t length) {
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
        ssize_t count = receive_some(connection, bytes + here, length - here);
        if (count < 0) {
            Py_DecRef(body);
            return NULL;
        }
        here += (size_t)count;
    }
    return body;
}

static PyObject *read_answer(int connection, PyObject *answer, size_t head) {
    const char *at = received.bytes, *end = received.bytes + head - 2;
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    long status = line_end - at >= 12 ? number(at + 9, 3) : -1;
    long length = 0;
    if (status < 0) {
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
    PyObject *code = PyLong_FromLong(status);
    if (code == NULL || PyTuple_SetItem(answer, 0, code) != 0) {
        return NULL;
    }
    PyObject *body = take_body(connection, head, (size_t)length);
    return body == NULL || PyTuple_SetItem(answer, 1, body) != 0 ? NULL : answer;
}

/*
 * receive(connection) -> (status, body, request id, deadline, ARN, trace id, tenant id, client context, identity): the next answer. What
 * follows the body are headers as texts, None for those that it has not.
 */
static PyObject *native_receive(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 1) {
        return wrong_arguments();
    }
    int connection = (int)PyLong_AsLong(arguments[0]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    size_t head = head_end(0);
    while (head == 0) {
        if (received.length > HEAD_BYTES) {
            return broken("the runtime API sent an endless head");
        }
        if (reserve(&received, RECEIVE_BYTES) != 0) {
            return NULL;
        }
        ssize_t more = receive_some(connection, received.bytes + received.length, received.capacity - received.length);
        if (more < 0) {
            return NULL;
        }
        size_t from = received.length > 3 ? received.length - 3 : 0;
        received.length += (size_t)more;
        head = head_end(from);
    }
    PyObject *answer = PyTuple_New(2 + HEADERS);
    if (answer == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < 2 + HEADERS; i++) {
        PyTuple_SetItem(answer, (Py_ssize_t)i, none());
    }
    if (read_answer(connection, answer, head) == NULL) {
        Py_DecRef(answer);
        return NULL;
    }
    return answer;
}

static PyMethodDef methods[] = {
    {"send", native_send, METH_FASTCALL, NULL},
    {"post", native_post, METH_FASTCALL, NULL},
    {"receive", native_receive, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {.object = {.references = 1}, .name = "native", .size = -1, .methods = methods};

__attribute__((visibility("default"))) PyObject *PyInit_native(void) {
    return PyModule_Create2(&definition, PYTHON_API_VERSION);
}
