package stagecoach.simulation.service;

import stagecoach.decider.StreamId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;

/** The run that a stream {@code <kind>-<deployment>-<run>} is of. */
record RunStream(DeploymentId deployment, Run run) {
    static RunStream of(StreamId stream) {
        int hyphen = stream.name().lastIndexOf('-');
        return new RunStream(
                new DeploymentId(stream.name().substring(0, hyphen)),
                new Run(Integer.parseInt(stream.name().substring(hyphen + 1))));
    }

    StreamId in(String kind) {
        return StreamId.of(kind, deployment + "-" + run);
    }
}
