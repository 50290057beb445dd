// Imported by the template, so that node's loader of ES modules is warm.
export {};
