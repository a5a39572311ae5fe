package stagecoach.packages.app.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.packages.routing.KnownCache;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;

/** A Stagecoach cache as it is configured. */
@Entity
@Table(name = "cache")
public class CacheRow {
    /** The only kind there is. */
    public static final String KIND = "STAGECOACH";

    @Id public String id = "";
    public String name = "";
    public String region = "";

    /** As the region's machines reach it. */
    public String url = "";

    /** As the server reaches it. */
    @Column(name = "push_url")
    public String pushUrl = "";

    /** As it reaches the server. */
    @Column(name = "pull_url")
    public String pullUrl = "";

    /** The SHA-256 of its certificate, hexadecimal. */
    public String thumbprint = "";

    /** A lower one is tried first. */
    public int priority;

    /** Everything besides its id; two that are equal here say the same. */
    List<Object> content() {
        return List.of(name, region, url, pushUrl, pullUrl, thumbprint, priority);
    }

    /** What the other services learn of it. */
    ConfigurationDocument document() {
        return new ConfigurationDocument.Cache(
                new CacheId(id),
                name,
                new RegionId(region),
                KIND,
                url,
                pushUrl,
                Optional.of(pullUrl),
                Optional.of(thumbprint),
                priority);
    }

    /** For those who plan routes. */
    KnownCache known() {
        return new KnownCache(
                new Source.Cache(new CacheId(id), url, Optional.of(thumbprint)),
                new RegionId(region),
                priority);
    }
}
