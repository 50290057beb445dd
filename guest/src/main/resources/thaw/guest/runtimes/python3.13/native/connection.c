/* The Lambda Runtime API (2018-06-01) over one connection: HTTP requests out, answers in. */
#include "native.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/uio.h>
#include <unistd.h>

#define RECEIVE_BYTES (1 << 16)
#define HEAD_BYTES (1 << 20)
#define BODY_BYTES (1L << 30)
/* Up to here a request is sent as one string of bytes; beyond, its parts are gathered by the kernel. */
#define JOIN_BYTES (1 << 16)

/* The process's one connection. What was received and not taken yet: answers follow each other without a gap. */
static int inlet, outlet;
static struct buffer received;
static struct buffer request;

void connection_use(int in, int out) {
    inlet = in;
    outlet = out;
}

struct header {
    const char *name;
    size_t length;
};
#define HEADER(name) {name, sizeof name - 1}

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
PyObject *native_respond(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 4) {
        return wrong_arguments();
    }
    return post(PART("invocation/"), arguments[0], PART("/response"), arguments[1], arguments[2], NULL, arguments[3]);
}

/* fail(path, document, content type, error type, following): posts an error. */
PyObject *native_fail(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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

/*
 * receive() -> (status, body, request id, deadline, ARN, trace id, tenant id, client context, identity): the next answer. What follows the
 * body are headers as texts, None for those that it has not.
 */
PyObject *native_receive(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    (void)arguments;
    long status;
    return count != 0 ? wrong_arguments() : receive(&status);
}

/* ask(request) -> the answer, as of receive, if its status is 200. With no request: the answer to the one on its way. */
PyObject *native_ask(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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
