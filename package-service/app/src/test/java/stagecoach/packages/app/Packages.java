package stagecoach.packages.app;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** Packages of any size, each a different one. */
final class Packages {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Packages() {}

    /** A package in memory. */
    static final class Nupkg {
        private final PackageId id;
        private final PackageVersion version;
        private final byte[] bytes;

        Nupkg(PackageId id, PackageVersion version, byte[] bytes) {
            this.id = id;
            this.version = version;
            this.bytes = bytes;
        }

        PackageId id() {
            return id;
        }

        PackageVersion version() {
            return version;
        }

        byte[] bytes() {
            return bytes;
        }

        Sha512 sha512() {
            return Sha512.hashOf(bytes);
        }

        PackagePin pin() {
            return new PackagePin(id, version, sha512(), bytes.length);
        }

        String flatPath() {
            return "/nuget/v3/flatcontainer/%s/%s/%s.%s.nupkg"
                    .formatted(id.lower(), version.lower(), id.lower(), version.lower());
        }
    }

    /** An id that no other test has. */
    static String freshId() {
        return "Shop.Web" + COUNT.incrementAndGet();
    }

    /** A small one with an id of its own. */
    static Nupkg fresh() {
        return of(freshId(), "1.0.0", 100);
    }

    static Nupkg of(String id, String version, int payload) {
        byte[] noise = new byte[payload];
        new Random(COUNT.incrementAndGet()).nextBytes(noise);
        return new Nupkg(
                new PackageId(id),
                new PackageVersion(version),
                Archive.withNuspec(Archive.nuspec(id, version))
                        .file("content/noise.bin", noise)
                        .bytes());
    }

    /** One that clients take for an Open Packaging Conventions file too, as they make them. */
    static Nupkg opc(String id, String version, int payload) {
        byte[] noise = new byte[payload];
        new Random(COUNT.incrementAndGet()).nextBytes(noise);
        return new Nupkg(
                new PackageId(id),
                new PackageVersion(version),
                Archive.withNuspec(Archive.nuspec(id, version))
                        .file(
                                "[Content_Types].xml",
                                """
                                <?xml version="1.0" encoding="utf-8"?>
                                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
                                  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
                                  <Default Extension="nuspec" ContentType="application/octet" />
                                  <Default Extension="bin" ContentType="application/octet" />
                                </Types>
                                """)
                        .file(
                                "_rels/.rels",
                                """
                                <?xml version="1.0" encoding="utf-8"?>
                                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                                  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Package.nuspec" Id="R1" />
                                </Relationships>
                                """)
                        .file("content/noise.bin", noise)
                        .bytes());
    }
}
