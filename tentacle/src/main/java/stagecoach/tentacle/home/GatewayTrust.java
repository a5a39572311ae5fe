package stagecoach.tentacle.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.trust.PrivateFiles;
import stagecoach.trust.Thumbprint;

/**
 * The certificates of gateways that are trusted here: what enrolment (or the command {@code
 * listen}) has settled, until the gateway itself, showing one of them, has said which are to be
 * trusted from then on. It is read anew each time, so that all who ask see a change at once.
 */
public final class GatewayTrust implements Supplier<Set<Thumbprint>> {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayTrust.class);

    /** While one is renewed there are two. */
    private static final int MOST = 8;

    private final Path file;
    private final Settings settings;
    private volatile @Nullable Set<Thumbprint> known;

    /** Of the tentacle in {@code home}. */
    public GatewayTrust(Home home, Settings settings) {
        this.file = home.gatewayTrust();
        this.settings = settings;
    }

    @Override
    public Set<Thumbprint> get() {
        try {
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * As they are on disk now.
     *
     * @throws IOException if they cannot be read, or the file holds something else
     */
    public Set<Thumbprint> read() throws IOException {
        Set<Thumbprint> all = withOthers(own());
        known = all;
        return all;
    }

    /**
     * As this object read or wrote them last, without a look at the disk: for event loops, once
     * they were {@link #read}, of the only object by which they are {@link #take}n.
     */
    public Set<Thumbprint> known() {
        Set<Thumbprint> last = known;
        return last == null ? get() : last;
    }

    private Set<Thumbprint> withOthers(Set<Thumbprint> own) {
        Set<Thumbprint> all = new LinkedHashSet<>(own);
        settings.listening().ifPresent(where -> all.addAll(where.others()));
        return all;
    }

    private Set<Thumbprint> own() throws IOException {
        if (!Files.exists(file)) {
            return Set.of(settings.gatewayThumbprint());
        }
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .map(Thumbprint::new)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "%s holds what is no thumbprint. Remove it to trust the gateway of the enrolment again."
                            .formatted(file),
                    e);
        }
    }

    /**
     * Trusts from now on what a gateway has said, if that may be: it shows a certificate of this
     * machine's own gateway, and goes on being trusted. On disk when this returns.
     *
     * @param other the TLS session with whoever says so
     * @param said the thumbprints
     * @return whether these are trusted now, and no other of this machine's own gateway
     */
    public synchronized boolean take(SSLSession other, List<String> said) throws IOException {
        try {
            Thumbprint shown = Thumbprint.ofPeer(other);
            Set<Thumbprint> next =
                    said.stream()
                            .map(Thumbprint::new)
                            .collect(Collectors.toCollection(LinkedHashSet::new));
            Set<Thumbprint> before = own();
            if (before.contains(shown) && next.contains(shown) && said.size() <= MOST) {
                if (!before.equals(next)) {
                    String lines = String.join("\n", said) + "\n";
                    PrivateFiles.write(file, lines.getBytes(StandardCharsets.US_ASCII));
                    LOG.info("certificates of the gateway that are trusted from now on: {}", said);
                }
                // Also of what was there already: a write that failed at its very end is on disk.
                known = withOthers(next);
                return true;
            }
        } catch (IllegalArgumentException e) {
            LOG.debug("the gateway names what is no thumbprint", e);
        }
        LOG.warn(
                "a gateway says which certificates are to be trusted, and the one that it shows is not among them, or is not that of this machine's own gateway: nothing is changed");
        return false;
    }
}
