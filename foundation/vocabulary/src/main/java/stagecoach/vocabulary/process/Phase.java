package stagecoach.vocabulary.process;

/** The three phases of a deployment, in their order; steps belong to the first or the last. */
public enum Phase {
    /** Steps that must come before any byte moves, such as opening a VPN. */
    PRE_ACQUISITION,
    /** Every package is brought, verified, to every place that needs it. */
    ACQUISITION,
    /** The other steps, in their order. */
    DEPLOYMENT
}
