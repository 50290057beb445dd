package thaw.runtimeapi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of a byte array, looked at in place: heads are parsed without a String per word. */
@SuppressWarnings("ArrayRecordComponent") // a view, compared by nobody
record Slice(byte[] bytes, int start, int end) {
  int length() {
    return end - start;
  }

  byte at(int index) {
    return bytes[start + index];
  }

  Slice from(int offset, int length) {
    return new Slice(bytes, start + offset, start + offset + length);
  }

  boolean equalTo(byte[] other) {
    return Arrays.equals(bytes, start, end, other, 0, other.length);
  }

  boolean startsWith(byte[] prefix) {
    return length() >= prefix.length && from(0, prefix.length).equalTo(prefix);
  }

  boolean endsWith(byte[] suffix) {
    return length() >= suffix.length
        && from(length() - suffix.length, suffix.length).equalTo(suffix);
  }

  /** Compares with an ASCII text in lower case, ignoring the case of this slice's letters. */
  boolean equalToIgnoringCase(byte[] lowerCase) {
    if (length() != lowerCase.length) {
      return false;
    }
    for (int i = 0; i < lowerCase.length; i++) {
      byte b = at(i);
      if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }

  /** Index of the first {@code wanted} at or after {@code from}, or -1. */
  int indexOf(char wanted, int from) {
    for (int i = from; i < length(); i++) {
      if (at(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** Without blanks and tabs at both ends. */
  Slice trimmed() {
    int from = start;
    int to = end;
    while (from < to && isBlank(bytes[from])) {
      from++;
    }
    while (to > from && isBlank(bytes[to - 1])) {
      to--;
    }
    return new Slice(bytes, from, to);
  }

  String text() {
    return new String(bytes, start, length(), StandardCharsets.ISO_8859_1);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
