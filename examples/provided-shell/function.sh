# Reads an event {"text":"..."}, answers the number of words and the most frequent ones.
# What goes to stderr is the function's log.
handler() {
  local text words
  # The text without JSON's quotes; escaped line breaks and tabs are white space.
  text="$(sed -n 's/.*"text" *: *"\(.*\)".*/\1/p' | sed 's/\\[nrt]/ /g; s/\\"/"/g')"
  if [[ -z "$text" ]]; then
    echo 'the event needs a "text"' >&2
    return 1
  fi
  words="$(tr -cs '[:alnum:]' '\n' <<<"$text" | tr '[:upper:]' '[:lower:]' | sed '/^$/d')"
  echo "counting $(wc -l <<<"$words") words" >&2
  printf '{"words":%d,"top":{' "$(wc -l <<<"$words")"
  local comma="" count word
  while read -r count word; do
    printf '%s"%s":%d' "$comma" "$word" "$count"
    comma=","
  done <<<"$(sort <<<"$words" | uniq -c | sort -k1,1nr -k2 | head -3)"
  printf '}}'
}
