package stagecoach.contracts.agent;

/** Which of a command's outputs a line came from; INFO is Stagecoach itself. */
public enum OutputKind {
    OUT,
    ERR,
    INFO
}
