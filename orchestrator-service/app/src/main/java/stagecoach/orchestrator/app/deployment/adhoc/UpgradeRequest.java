package stagecoach.orchestrator.app.deployment.adhoc;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.packages.PackageVersion;

/** Which version a tentacle shall go on with. */
@Schema(name = "TentacleUpgrade")
record UpgradeRequest(
        @Schema(
                        required = true,
                        description = "of the package Stagecoach.Tentacle in the built-in feed",
                        examples = "1.4.0")
                String version,
        @Nullable String comment) {
    /** The same, read. */
    record Wanted(PackageVersion version, Optional<String> comment) {}

    /** It names the release that the upgrade is, too. */
    private static PackageVersion version(String text) {
        PackageVersion version = PackageVersion.parse(text);
        var _ = new ReleaseVersion(version.value());
        return version;
    }

    /**
     * Reads a request.
     *
     * @throws stagecoach.runtime.access.InvalidInput with all that is wrong with it
     */
    static Wanted read(byte @Nullable [] json) {
        var body = JsonBody.of(json);
        Optional<PackageVersion> version = body.requiredParsed("version", UpgradeRequest::version);
        Optional<String> comment = body.text("comment");
        AdHocReader.checkComment(body, comment);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return new Wanted(version.orElseThrow(), comment);
    }
}
