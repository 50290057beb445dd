/* The context object of an invocation. */
#include "native.h"

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

int context_prepare(void) {
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
PyObject *native_begin(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
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
