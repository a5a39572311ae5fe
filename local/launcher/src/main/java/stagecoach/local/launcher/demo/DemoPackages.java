package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The demo's two packages: a published server application with its real bytes, and a small
 * configuration.
 */
final class DemoPackages {
    static final String SERVER = "Shop.Server";
    static final String CONFIG = "Shop.Config";

    private final Path root;
    private final Path folder;

    /**
     * Packages built in {@code folder}.
     *
     * @param root the checkout, with the application's jar under {@code
     *     local/launcher/target/demo-input}
     */
    DemoPackages(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    Path server(String version) throws IOException {
        Path jar = root.resolve("local/launcher/target/demo-input/shop-server.jar");
        if (Files.notExists(jar)) {
            throw new Demo.Refused(jar + " is missing. ./stagecoach builds it.");
        }
        var files = new LinkedHashMap<String, Path>();
        files.put("shop-server.jar", jar);
        files.put("PostDeploy.sh", root.resolve("examples/demo/server/PostDeploy.sh"));
        return Nupkg.pack(folder, SERVER, version, files);
    }

    Path config(String version) throws IOException {
        Path config = root.resolve("examples/demo/config");
        return Nupkg.pack(
                folder,
                CONFIG,
                version,
                Map.of(
                        "mappings/shop.json", config.resolve("mappings/shop.json"),
                        "PostDeploy.sh", config.resolve("PostDeploy.sh")));
    }
}
