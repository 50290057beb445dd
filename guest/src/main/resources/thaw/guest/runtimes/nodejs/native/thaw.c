/*
 * What the node runtime of Thaw cannot do in JavaScript: give OpenSSL's generators new entropy after a restore, and raise the
 * heap's limit to what the function that a restored process becomes may use.
 *
 * Compiled without node's headers, which are 65 MB: of the stable Node-API six functions are needed, of V8 two whose names
 * are those of its C++ interface. All of them, and OpenSSL's, are symbols of the node program itself.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);

extern int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
extern int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern int napi_get_buffer_info(napi_env, napi_value, void **, size_t *);
extern int napi_throw_error(napi_env, const char *, const char *);
extern int napi_get_value_int64(napi_env, napi_value, int64_t *);

extern void RAND_add(const void *bytes, int count, double entropy);

typedef size_t (*near_heap_limit)(void *data, size_t current, size_t initial);
extern void *isolate_current(void) __asm__("_ZN2v87Isolate10GetCurrentEv");
extern void isolate_add_near_heap_limit(void *isolate, near_heap_limit, void *data)
    __asm__("_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_");

static size_t heap_limit;

/*
 * renewRandomness(view): fills the view from the kernel's generator, and reseeds from it the one of OpenSSL that all its others
 * draw from; they notice that it was.
 */
static napi_value renew_randomness(napi_env env, napi_callback_info info) {
    napi_value argument;
    size_t count = 1, length = 0;
    void *view = NULL;
    char entropy[64];
    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != 0 || count != 1 ||
        napi_get_buffer_info(env, argument, &view, &length) != 0 || getrandom(view, length, 0) != (ssize_t)length ||
        getrandom(entropy, sizeof entropy, 0) != (ssize_t)sizeof entropy) {
        napi_throw_error(env, NULL, "randomness cannot be renewed");
        return NULL;
    }
    RAND_add(entropy, sizeof entropy, sizeof entropy);
    return NULL;
}

static size_t at_the_limit(void *data, size_t current, size_t initial) {
    (void)data;
    (void)initial;
    return heap_limit > current ? heap_limit : current;
}

/* limitHeap(bytes): from now on the heap may grow to so much, if it is more than what the process was started with. */
static napi_value limit_heap(napi_env env, napi_callback_info info) {
    napi_value argument;
    size_t count = 1;
    int64_t bytes = 0;
    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == 0 && count == 1 &&
        napi_get_value_int64(env, argument, &bytes) == 0 && bytes > 0) {
        if (heap_limit == 0) {
            isolate_add_near_heap_limit(isolate_current(), at_the_limit, NULL);
        }
        heap_limit = (size_t)bytes;
    }
    return NULL;
}

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
    napi_value value;
    if (napi_create_function(env, name, (size_t)-1, function, NULL, &value) == 0) {
        napi_set_named_property(env, exports, name, value);
    }
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
    export_function(env, exports, "renewRandomness", renew_randomness);
    export_function(env, exports, "limitHeap", limit_heap);
    return exports;
}
