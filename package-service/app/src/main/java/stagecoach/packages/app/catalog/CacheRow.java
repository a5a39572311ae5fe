package stagecoach.packages.app.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.packages.routing.KnownCache;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.TransferBudget;

/** A cache as it is configured. */
@Entity
@Table(name = "cache")
public class CacheRow {
    @Id public String id = "";
    public String name = "";
    public String region = "";
    public String kind = "";

    /** As the region's machines reach it. */
    public String url = "";

    /** As the server reaches it. */
    @Column(name = "push_url")
    public String pushUrl = "";

    /** As it reaches the server; empty for one that does not pull. */
    @Column(name = "pull_url")
    public String pullUrl = "";

    /** The SHA-256 of its certificate, hexadecimal; empty for one that shows none. */
    public String thumbprint = "";

    /** Who reads a foreign server, if it wants to know. */
    public @Nullable String username;

    /** {@link CacheCredentials}, sealed; null where there are none. */
    public byte @Nullable [] credentials;

    /** Whether these may be sent where others on the way can read them. */
    @Column(name = "insecure_allowed")
    public boolean insecureAllowed;

    /** A lower one is tried first. */
    public int priority;

    @Column(name = "bytes_per_second_max")
    public @Nullable Long bytesPerSecondMax;

    @Column(name = "transfers_max")
    public @Nullable Integer transfersMax;

    /** What it is. */
    public CacheKind kind() {
        return CacheKind.valueOf(kind);
    }

    /** How much may be brought into it at once. */
    public TransferBudget budget() {
        return new TransferBudget(
                Optional.ofNullable(bytesPerSecondMax), Optional.ofNullable(transfersMax));
    }

    /** Everything besides its id; two that are equal here say the same. */
    List<Object> content() {
        return List.of(
                name,
                region,
                kind,
                url,
                pushUrl,
                pullUrl,
                thumbprint,
                username == null ? "" : username,
                credentials == null ? "" : Arrays.toString(credentials),
                insecureAllowed,
                priority,
                budget());
    }

    /** What the other services learn of it. */
    ConfigurationDocument document() {
        return new ConfigurationDocument.Cache(
                new CacheId(id),
                name,
                new RegionId(region),
                kind,
                url,
                pushUrl,
                told(pullUrl),
                told(thumbprint),
                priority,
                Optional.of(budget()).filter(budget -> !budget.isNone()));
    }

    /** Where its bytes lie; another place holds others, or none. */
    String place() {
        return switch (kind()) {
            // Another certificate is another cache, with a disk of its own.
            case STAGECOACH -> thumbprint;
            case FOLDER, NUGET -> pushUrl;
        };
    }

    private static Optional<String> told(String text) {
        return Optional.of(text).filter(given -> !given.isEmpty());
    }

    /** For those who plan routes. */
    KnownCache known() {
        return new KnownCache(source(), new RegionId(region), priority);
    }

    private Source.OfCache source() {
        var cache = new CacheId(id);
        return switch (kind()) {
            case STAGECOACH -> new Source.Cache(cache, url, told(thumbprint));
            case FOLDER -> new Source.Folder(cache, url);
            case NUGET -> new Source.NuGet(cache, url, told(thumbprint));
        };
    }
}
