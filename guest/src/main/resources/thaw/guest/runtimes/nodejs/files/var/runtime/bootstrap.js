'use strict';
// The node runtime's entry. What it does is in thaw_runtime.
require('./thaw_runtime/loop.js').run();
