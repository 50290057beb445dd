package thaw.model;

/**
 * The errors of the AWS Lambda API that Thaw answers with: each constant carries the name that goes
 * into {@code x-amzn-errortype} and the HTTP status.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html">AWS: common
 *     errors</a>
 */
public enum ErrorCode {
  VALIDATION("ValidationException", 400),
  SERIALIZATION("SerializationException", 400),
  INVALID_PARAMETER_VALUE("InvalidParameterValueException", 400),
  INVALID_REQUEST_CONTENT("InvalidRequestContentException", 400),
  CODE_STORAGE_EXCEEDED("CodeStorageExceededException", 400),
  POLICY_LENGTH_EXCEEDED("PolicyLengthExceededException", 400),
  RESOURCE_NOT_FOUND("ResourceNotFoundException", 404),
  RESOURCE_CONFLICT("ResourceConflictException", 409),
  PRECONDITION_FAILED("PreconditionFailedException", 412),
  REQUEST_TOO_LARGE("RequestTooLargeException", 413),
  REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLargeException", 413),
  LENGTH_REQUIRED("LengthRequiredException", 411),
  UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaTypeException", 415),
  TOO_MANY_REQUESTS("TooManyRequestsException", 429),
  ACCESS_DENIED("AccessDeniedException", 403),
  MISSING_AUTHENTICATION_TOKEN("MissingAuthenticationTokenException", 403),
  INCOMPLETE_SIGNATURE("IncompleteSignatureException", 403),
  INVALID_SIGNATURE("InvalidSignatureException", 403),
  UNRECOGNIZED_CLIENT("UnrecognizedClientException", 403),
  UNKNOWN_OPERATION("UnknownOperationException", 404),
  /** An after-restore hook failed. */
  SNAP_START("SnapStartException", 400),
  /** The version's snapshot is being made. */
  SNAP_START_NOT_READY("SnapStartNotReadyException", 409),
  /** After-restore hooks took too long. */
  SNAP_START_TIMEOUT("SnapStartTimeoutException", 408),
  SERVICE("ServiceException", 500),
  RESOURCE_NOT_READY("ResourceNotReadyException", 502),
  INVALID_ZIP_FILE("InvalidZipFileException", 502),
  SERVICE_UNAVAILABLE("ServiceUnavailableException", 503),
  /** Not AWS's: an operation of the Lambda API that Thaw does not offer yet. */
  NOT_IMPLEMENTED("NotImplementedException", 501);

  private final String wireName;
  private final int httpStatus;

  ErrorCode(String wireName, int httpStatus) {
    this.wireName = wireName;
    this.httpStatus = httpStatus;
  }

  /** The name on the wire, as in {@code x-amzn-errortype}. */
  public String wireName() {
    return wireName;
  }

  public int httpStatus() {
    return httpStatus;
  }
}
