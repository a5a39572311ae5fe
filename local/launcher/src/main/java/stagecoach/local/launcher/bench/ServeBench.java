package stagecoach.local.launcher.bench;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import stagecoach.local.launcher.installation.LocalMachines;

/** One package, given by the package-service to many clients at once, beside nginx. */
public final class ServeBench {
    private static final String SERVICE = "package-service";

    private final LocalMachines stack;
    private final Path folder;
    private final Path checkout;

    /** On {@code stack}, with its package in {@code folder}. */
    public ServeBench(LocalMachines stack, Path folder, Path checkout) {
        this.stack = stack;
        this.folder = folder;
        this.checkout = checkout;
    }

    /** Has so many clients read a package of so many times 1,000,000 bytes at once. */
    public Peer.Found run(int clients, int packageMegabytes) throws Exception {
        stack.api().push(BenchPackage.pack(folder, packageMegabytes));
        String id = BenchPackage.ID.toLowerCase(Locale.ROOT);
        URI url =
                stack.pullUrl()
                        .resolve(
                                "/nuget/v3/flatcontainer/%s/%s/%s.%s.nupkg"
                                        .formatted(
                                                id,
                                                BenchPackage.VERSION,
                                                id,
                                                BenchPackage.VERSION));
        long process = stack.processes().getOrDefault(SERVICE, List.of()).getFirst();
        return new Peer(checkout, "serve.sh")
                .measure(
                        Map.of("AUTHORIZATION", "Bearer " + stack.adminKey()),
                        url,
                        process,
                        clients);
    }
}
