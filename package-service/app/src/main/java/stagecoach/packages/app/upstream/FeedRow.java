package stagecoach.packages.app.upstream;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.TransferBudget;

/** A feed outside, as it is configured. */
@Entity
@Table(name = "feed")
public class FeedRow {
    @Id public String id = "";
    public String name = "";
    public String kind = "";
    public String url = "";
    public @Nullable String username;

    /** Sealed; null where there is no user. */
    public byte @Nullable [] password;

    /** Of one download. */
    public int attempts;

    /** Before the second attempt. */
    @Column(name = "backoff_millis")
    public long backoffMillis;

    /** Of what it brings at once; null is without limit. */
    @Column(name = "bytes_per_second_max")
    public @Nullable Long bytesPerSecondMax;

    /** The same of packages. */
    @Column(name = "transfers_max")
    public @Nullable Integer transfersMax;

    /** Whether its password may be sent where others on the way can read it. */
    @Column(name = "insecure_allowed")
    public boolean insecureAllowed;

    /** Whether machines may read packages there themselves. */
    @Column(name = "machines_read")
    public boolean machinesRead;

    /** Which ids the built-in feed may answer for from it, with blanks between. */
    @Column(name = "read_through")
    public String readThrough = "";

    /** The same, each by itself. */
    public List<String> readThroughIds() {
        return readThrough.isEmpty() ? List.of() : List.of(readThrough.split(" ", -1));
    }

    /** The same, to be asked. */
    List<ReadThroughRule> readThroughRules() {
        return readThroughIds().stream().map(ReadThroughRule::parse).toList();
    }

    /** What answers there. */
    FeedSettings.Kind kind() {
        return FeedSettings.Kind.valueOf(kind);
    }

    /** Before the second attempt. */
    Duration backoff() {
        return Duration.ofMillis(backoffMillis);
    }

    /** What may come from it at once. */
    TransferBudget budget() {
        return new TransferBudget(
                Optional.ofNullable(bytesPerSecondMax), Optional.ofNullable(transfersMax));
    }

    /** Everything besides its id; two that are equal here say the same. */
    List<Object> content() {
        return List.of(
                name,
                kind,
                url,
                username == null ? "" : username,
                password == null ? "" : Arrays.toString(password),
                attempts,
                backoffMillis,
                readThrough,
                insecureAllowed,
                machinesRead,
                budget());
    }

    /** What the other services learn of it: neither where it is nor who reads it. */
    ConfigurationDocument document() {
        return new ConfigurationDocument.Feed(
                new FeedId(id),
                name,
                kind,
                Optional.empty(),
                Optional.of(budget()).filter(budget -> !budget.isNone()));
    }
}
