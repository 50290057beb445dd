read -r event
echo "handling $event" >&2
touch /var/task/x 2>/dev/null && root=writable || root=read-only
echo hello >/tmp/y && tmp="$(cat /tmp/y)"
printf '{"event":%s,"cwd":"%s","uid":"%s","root":"%s","tmp":"%s","colour":"%s","shade":"%s","hosts":"%s","dev":"%s","count":%d}' \
  "$event" "$PWD" "$(id -u)" "$root" "$tmp" "$COLOUR" "$SHADE" "$(grep -c localhost /etc/hosts)" \
  "$(ls /dev | tr '\n' ' ')" "$(ls /many | wc -l)"
