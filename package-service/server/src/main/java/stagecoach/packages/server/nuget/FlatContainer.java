package stagecoach.packages.server.nuget;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.packages.server.ingest.ArchiveGuard;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.PackageRefusedException;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * What the flat container answers: all versions, each package by its id and version, each nuspec.
 * Sending the bytes of a package is left to {@link Delivery} and the HTTP server.
 */
public final class FlatContainer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final BlobStore blobs;
    private final PackageIndex index;
    private final ArchiveGuard guard;

    public FlatContainer(BlobStore blobs, PackageIndex index, ArchiveLimits limits) {
        this.blobs = blobs;
        this.index = index;
        this.guard = new ArchiveGuard(limits);
    }

    /** {@code {"versions":[…]}} as UTF-8 JSON, the oldest first, or empty for an unknown id. */
    public Optional<byte[]> versions(PackageId id) {
        return document(index.versions(id).stream().map(entry -> entry.pin().version()).toList());
    }

    /** The same of versions that are not in the index; empty for none. */
    public static Optional<byte[]> document(List<PackageVersion> told) {
        if (told.isEmpty()) {
            return Optional.empty();
        }
        var document = JSON.createObjectNode();
        var versions = document.putArray("versions");
        told.forEach(version -> versions.add(version.lower()));
        try {
            return Optional.of(JSON.writeValueAsBytes(document));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The package whose bytes are to be sent, or empty where there is none. */
    public Optional<PackageEntry> nupkg(PackageId id, PackageVersion version) {
        return index.find(id, version);
    }

    /**
     * The nuspec as it lies in the package, or empty where there is no such package.
     *
     * @throws IOException if the storage fails, or what it holds is no package any more
     */
    public Optional<byte[]> nuspec(PackageId id, PackageVersion version) throws IOException {
        var entry = index.find(id, version);
        return entry.isEmpty() ? Optional.empty() : nuspec(entry.get().pin());
    }

    /**
     * The nuspec of a package that need not be in the index, or empty where its bytes are not here.
     *
     * @throws IOException if the storage fails, or what it holds is no package any more
     */
    public Optional<byte[]> nuspec(PackagePin pin) throws IOException {
        var archive = blobs.open(pin.sha512());
        if (archive.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(guard.nuspec(archive.get()));
        } catch (PackageRefusedException damagedSince) {
            throw new IOException(
                    "Package %s %s was good when it came and is not now."
                            .formatted(pin.id(), pin.version()),
                    damagedSince);
        }
    }
}
