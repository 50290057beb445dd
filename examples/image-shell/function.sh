# Reads an event {"text":"..."}, answers the most frequent words.
text="$(sed -n 's/.*"text" *: *"\([^"]*\)".*/\1/p')"
echo "counting $(echo "$text" | wc -w) words" >&2
echo "$text" | tr ' ' '\n' | sort | uniq -c | sort -k1,1nr -k2 | head -n 3 |
  sed 's/^ *\([0-9]*\) \(.*\)/"\2":\1/' | tr '\n' ',' | sed 's/^/{/; s/,$/}/'
