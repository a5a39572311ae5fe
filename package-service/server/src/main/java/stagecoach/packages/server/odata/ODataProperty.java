package stagecoach.packages.server.odata;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.nuget.Registrations;

/**
 * One thing that the old protocol says of a package.
 *
 * @param name what it is called there
 * @param type of its value there
 */
record ODataProperty(String name, String type, Function<ODataPackage, String> value) {

    static final String STRING = "Edm.String";

    private static final String BOOLEAN = "Edm.Boolean";

    /** All that is said, in the order in which it is written. */
    static final List<ODataProperty> ALL =
            List.of(
                    new ODataProperty("Id", STRING, shown -> shown.entry().pin().id().value()),
                    new ODataProperty(
                            "Version", STRING, shown -> shown.entry().pin().version().value()),
                    new ODataProperty(
                            "NormalizedVersion",
                            STRING,
                            shown -> shown.entry().pin().version().value()),
                    new ODataProperty("Title", STRING, shown -> shown.entry().details().title()),
                    new ODataProperty("Authors", STRING, shown -> shown.entry().authors()),
                    new ODataProperty("Description", STRING, shown -> shown.entry().description()),
                    new ODataProperty("Tags", STRING, shown -> shown.entry().details().tags()),
                    new ODataProperty(
                            "ProjectUrl", STRING, shown -> shown.entry().details().projectUrl()),
                    new ODataProperty(
                            "LicenseUrl", STRING, shown -> shown.entry().details().licenseUrl()),
                    new ODataProperty(
                            "RequireLicenseAcceptance",
                            BOOLEAN,
                            shown ->
                                    Boolean.toString(
                                            shown.entry().details().requireLicenseAcceptance())),
                    new ODataProperty(
                            "MinClientVersion",
                            STRING,
                            shown -> shown.entry().details().minClientVersion()),
                    new ODataProperty(
                            "Dependencies", STRING, shown -> dependencies(shown.entry().details())),
                    new ODataProperty(
                            "PackageHash", STRING, shown -> shown.entry().pin().sha512().base64()),
                    new ODataProperty("PackageHashAlgorithm", STRING, _ -> "SHA512"),
                    new ODataProperty(
                            "PackageSize",
                            "Edm.Int64",
                            shown -> Long.toString(shown.entry().pin().size())),
                    new ODataProperty(
                            "Published",
                            "Edm.DateTime",
                            shown -> Registrations.published(shown.entry())),
                    new ODataProperty(
                            "Listed", BOOLEAN, shown -> Boolean.toString(shown.entry().listed())),
                    new ODataProperty(
                            "IsPrerelease",
                            BOOLEAN,
                            shown ->
                                    Boolean.toString(shown.entry().pin().version().isPrerelease())),
                    new ODataProperty(
                            "IsLatestVersion", BOOLEAN, shown -> Boolean.toString(shown.latest())),
                    new ODataProperty(
                            "IsAbsoluteLatestVersion",
                            BOOLEAN,
                            shown -> Boolean.toString(shown.absoluteLatest())),
                    // Nobody counts them here.
                    new ODataProperty("DownloadCount", "Edm.Int32", _ -> "0"));

    boolean isKey() {
        return name.equals("Id") || name.equals("Version");
    }

    String of(ODataPackage shown) {
        return value.apply(shown);
    }

    /**
     * {@code id:range:framework}, joined by bars; a group that needs nothing is {@code
     * ::framework}.
     */
    private static String dependencies(PackageDetails details) {
        return details.dependencyGroups().stream()
                .map(
                        group ->
                                group.dependencies().isEmpty()
                                        ? "::" + group.targetFramework()
                                        : group.dependencies().stream()
                                                .map(
                                                        needed ->
                                                                "%s:%s:%s"
                                                                        .formatted(
                                                                                needed.id(),
                                                                                needed.range(),
                                                                                group
                                                                                        .targetFramework()))
                                                .collect(Collectors.joining("|")))
                .collect(Collectors.joining("|"));
    }
}
