package stagecoach.tentacle.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import stagecoach.trust.Identity;
import stagecoach.trust.PrivateFiles;
import stagecoach.trust.Thumbprint;

/**
 * The machine's own keys and certificates: the present one, and while it is being renewed the one
 * that follows. The steps of a renewal are on disk, so that after a crash at any moment the machine
 * shows a certificate that its gateway trusts: <i>made</i> (a folder of its own), <i>trusted</i>
 * (the gateway has said so; from now on it is shown first), <i>present</i> (a session stood with
 * it; the key before it is gone).
 */
public final class Certificates implements Supplier<Identity> {
    private static final String NAME = "stagecoach-tentacle";

    private final Path present;
    private final Path following;
    private final Path trusted;
    private volatile Identity own;

    /** The gateway did not know it after all: then the present one is shown again. */
    private boolean refused;

    private Certificates(Path root) throws IOException {
        this.present = root.resolve("identity");
        this.following = root.resolve("identity-next");
        this.trusted = following.resolve("trusted");
        this.own = Identity.loadOrCreate(present, NAME);
        if (next().filter(this::isOwn).isPresent()) {
            forgetNext();
        }
    }

    static Certificates in(Path root) throws IOException {
        return new Certificates(root);
    }

    /** The present one. */
    @Override
    public Identity get() {
        return own;
    }

    /** Makes the one that follows, if there is none yet. */
    public Identity prepare() throws IOException {
        return Identity.loadOrCreate(following, NAME);
    }

    /** The one to show to the gateway in the next session. */
    public synchronized Identity toShow() throws IOException {
        return refused || !Files.exists(trusted) ? own : next().orElse(own);
    }

    /** The one to announce in a session in which {@code shown} is shown. */
    public Optional<Thumbprint> toAnnounce(Identity shown) throws IOException {
        return next().map(Identity::thumbprint).filter(next -> !next.equals(shown.thumbprint()));
    }

    /**
     * The gateway says that it trusts a certificate from now on.
     *
     * @return whether it is the one that follows
     */
    public synchronized boolean trusts(Thumbprint announced) throws IOException {
        if (next().filter(next -> next.thumbprint().equals(announced)).isEmpty()) {
            return false;
        }
        PrivateFiles.write(trusted, new byte[0]);
        refused = false;
        return true;
    }

    /** A session stands in which {@code shown} is shown: it is the present one. */
    public synchronized void stood(Identity shown) throws IOException {
        if (!isOwn(shown)) {
            Identity.replace(present, following);
            own = Identity.loadOrCreate(present, NAME);
            forgetNext();
        }
    }

    /** The gateway does not know {@code shown}. */
    public synchronized void refused(Identity shown) {
        refused = !isOwn(shown);
    }

    private Optional<Identity> next() throws IOException {
        return Identity.isIn(following)
                ? Optional.of(Identity.loadOrCreate(following, NAME))
                : Optional.empty();
    }

    private boolean isOwn(Identity other) {
        return own.thumbprint().equals(other.thumbprint());
    }

    private void forgetNext() throws IOException {
        Files.deleteIfExists(trusted);
        Identity.remove(following);
        Files.deleteIfExists(following);
        refused = false;
    }
}
