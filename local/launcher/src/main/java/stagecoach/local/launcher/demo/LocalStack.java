package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import stagecoach.cli.client.ApiClient;

/** What the demo needs of the local default: its addresses, and machines started against it. */
public interface LocalStack extends AutoCloseable {
    /** The public API, with the admin's key. */
    ApiClient api();

    /** Where tentacles connect. */
    URI agentUrl();

    /** Where tentacles read packages through the server. */
    URI bytesUrl();

    /** Where caches pull from. */
    URI pullUrl();

    /** Where a cache that was started listens. */
    URI startCache(String name, String region, URI pullUrl) throws IOException;

    /** Registers a cache: {@code url} for its region's machines, {@code pushUrl} for the server. */
    void registerCache(String name, String region, URI url, URI pushUrl, URI pullUrl)
            throws IOException;

    /** Enrols and starts a tentacle that reaches hq only through the two addresses. */
    void startTentacle(Machine machine, URI agentUrl, URI bytesUrl) throws IOException;

    /** The processes that run, supervisor included. */
    List<Long> pids() throws IOException;

    /** Ends everything that was started. */
    @Override
    void close() throws IOException;

    /** A machine: a target with environment and tags, or a worker of a pool. */
    record Machine(
            String name,
            Optional<String> region,
            List<String> environments,
            List<String> tags,
            Optional<String> workerPool) {
        /** A target in {@code production} with the tag {@code web}. */
        static Machine web(String name, String region) {
            return new Machine(
                    name,
                    Optional.of(region),
                    List.of("production"),
                    List.of("web"),
                    Optional.empty());
        }

        /** A worker. */
        static Machine worker(String name, String pool) {
            return new Machine(name, Optional.empty(), List.of(), List.of(), Optional.of(pool));
        }
    }
}
