package stagecoach.cli;

import picocli.CommandLine.IVersionProvider;

/** Tells the version that the build wrote into the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = StagecoachCli.class.getPackage().getImplementationVersion();
        return new String[] {"stagecoach " + (version == null ? "(not packaged)" : version)};
    }
}
