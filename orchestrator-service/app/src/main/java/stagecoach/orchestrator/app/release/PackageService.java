package stagecoach.orchestrator.app.release;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.runtime.access.ServiceCalls;

/** What the orchestrator asks of the package-service while somebody waits for the answer. */
@ApplicationScoped
public class PackageService {
    private final ServiceCalls calls;
    private final Optional<String> url;

    PackageService(
            ServiceCalls calls,
            @ConfigProperty(name = "STAGECOACH_PACKAGE_SERVICE_URL") Optional<String> url) {
        this.calls = calls;
        this.url = url;
    }

    /**
     * Pins and leases a release's packages; may be repeated.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if it does not answer
     */
    PinPackages.Response pin(PinPackages.Request request) {
        return calls.post(base(), PinPackages.PATH, request, PinPackages.Response.class);
    }

    /**
     * Says what an acquisition would move.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if it does not answer
     */
    public ForeseeAcquisition.Response foresee(ForeseeAcquisition.Request request) {
        return calls.post(
                base(), ForeseeAcquisition.PATH, request, ForeseeAcquisition.Response.class);
    }

    private String base() {
        return url.orElseThrow(
                () ->
                        new IllegalStateException(
                                "STAGECOACH_PACKAGE_SERVICE_URL is not set, so the package-service cannot be asked"));
    }
}
