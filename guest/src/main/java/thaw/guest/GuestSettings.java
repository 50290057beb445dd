package thaw.guest;

import java.nio.file.Path;
import java.util.Optional;
import thaw.settings.Default;
import thaw.settings.Doc;

/** Where guest images come from and where they are kept. */
public record GuestSettings(
    @Doc("Where packages and built guest images are kept. May be deleted while Thaw is down.")
        @Default("/var/cache/thaw")
        Path cacheDir,
    @Doc(
            "Debian mirror to build guest images from, as a URI that apt understands. Without it:"
                + " the one in this machine's own apt sources.")
        Optional<String> mirror,
    @Doc(
            "Mirror of Debian's security updates. Without it: the one in this machine's own apt"
                + " sources.")
        Optional<String> securityMirror) {}
