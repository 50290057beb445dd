package thaw.frontend;

/** What is served: the Lambda API's operations on offer, and Thaw's own pages. */
enum Operation {
  CREATE_FUNCTION,
  LIST_FUNCTIONS,
  GET_FUNCTION,
  DELETE_FUNCTION,
  GET_FUNCTION_CONFIGURATION,
  UPDATE_FUNCTION_CONFIGURATION,
  UPDATE_FUNCTION_CODE,
  INVOKE,
  HEALTH,
  STATUS,
  CODE
}
