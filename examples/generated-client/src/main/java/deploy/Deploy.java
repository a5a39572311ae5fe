package deploy;

import java.io.File;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stagecoach.client.ApiClient;
import stagecoach.client.ApiException;
import stagecoach.client.api.ConfigurationApi;
import stagecoach.client.api.DeploymentsApi;
import stagecoach.client.api.NuGetApi;
import stagecoach.client.api.ReleasesAndDeploymentsApi;
import stagecoach.client.model.Deployment;
import stagecoach.client.model.DeploymentRequest;
import stagecoach.client.model.DeploymentState;
import stagecoach.client.model.PackageReference;
import stagecoach.client.model.PackageStep;
import stagecoach.client.model.Project;
import stagecoach.client.model.ReleaseRequest;
import stagecoach.client.model.RunOn;
import stagecoach.client.model.Step;

/**
 * Pushes a package and deploys it to the machines of an environment that have a tag, with nothing
 * but the client that a generator makes of docs/openapi.yaml.
 */
public final class Deploy {
    private static final String USAGE =
            "Usage: deploy.Deploy ID.VERSION.nupkg PROJECT ENVIRONMENT TAG, with STAGECOACH_URL and STAGECOACH_API_KEY in the environment";
    private static final Pattern FILE = Pattern.compile("(.+?)\\.(\\d+\\.\\d+\\.\\d+)\\.nupkg");
    private static final int EXISTS = 409;
    private static final long PAUSE_MILLIS = 1_000;

    private final NuGetApi packages;
    private final ConfigurationApi configuration;
    private final ReleasesAndDeploymentsApi releases;
    private final DeploymentsApi deployments;

    private Deploy(ApiClient client) {
        packages = new NuGetApi(client);
        configuration = new ConfigurationApi(client);
        releases = new ReleasesAndDeploymentsApi(client);
        deployments = new DeploymentsApi(client);
    }

    /** Exits with 0 when the deployment has succeeded. */
    public static void main(String[] arguments) throws Exception {
        Matcher named = FILE.matcher(arguments.length == 4 ? new File(arguments[0]).getName() : "");
        if (!named.matches()) {
            System.err.println(USAGE);
            System.exit(2);
        }
        var client = new ApiClient();
        client.updateBaseUri(System.getenv("STAGECOACH_URL"));
        String key = System.getenv("STAGECOACH_API_KEY");
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + key));
        var deploy = new Deploy(client);
        deploy.push(new File(arguments[0]));
        deploy.configure(arguments[1], named.group(1), arguments[3]);
        Deployment ended = deploy.released(arguments[1], named.group(2), arguments[2]);
        System.out.printf("%s %s%n", ended.getId(), ended.getState());
        System.exit(ended.getState() == DeploymentState.SUCCEEDED ? 0 : 1);
    }

    private void push(File file) throws ApiException {
        try {
            packages.pushPackage(file);
        } catch (ApiException e) {
            if (e.getCode() != EXISTS) {
                throw e;
            }
        }
    }

    private void configure(String project, String packageId, String tag) throws ApiException {
        configuration.putProject(project, new Project().name(project), null, null, null);
        PackageStep install =
                new PackageStep()
                        .name("install")
                        .kind(PackageStep.KindEnum.PACKAGE)
                        .runOn(new RunOn().tags(List.of(tag)))
                        ._package(new PackageReference().id(packageId));
        configuration.putProcess(
                project,
                new stagecoach.client.model.Process().steps(List.of(new Step(install))),
                null,
                null,
                null);
    }

    private Deployment released(String project, String version, String environment)
            throws ApiException, InterruptedException {
        releases.createRelease(project, new ReleaseRequest().version(version), null);
        Deployment deployment =
                releases.createDeployment(
                        new DeploymentRequest()
                                .project(project)
                                .release(version)
                                .environment(environment),
                        null);
        while (deployment.getEndedAt() == null) {
            Thread.sleep(PAUSE_MILLIS);
            deployment = deployments.getDeployment(deployment.getId());
        }
        return deployment;
    }
}
