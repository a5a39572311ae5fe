package stagecoach.tentacle;

import java.util.List;
import java.util.Map;

/** What may be typed, and what it does. */
final class Usage {
    /** The options of each command. */
    static final Map<String, List<String>> COMMANDS =
            Map.of(
                    "enrol",
                            List.of(
                                    "--home",
                                    "--token",
                                    "--token-file",
                                    "--gateway",
                                    "--bytes",
                                    "--proxy",
                                    "--no-proxy",
                                    "--proxy-credentials-file"),
                    "listen",
                            List.of(
                                    "--home",
                                    "--agent",
                                    "--trust",
                                    "--port",
                                    "--bytes",
                                    "--proxy",
                                    "--no-proxy",
                                    "--proxy-credentials-file"),
                    "configure",
                            List.of("--home", "--proxy", "--no-proxy", "--proxy-credentials-file"),
                    "rotate-certificate", List.of("--home"),
                    "run",
                            List.of(
                                    "--home",
                                    "--gateway",
                                    "--bytes",
                                    "--keep-free",
                                    "--keep-days",
                                    "--keep-versions",
                                    "--allow-root"),
                    "show", List.of("--home"),
                    "check", List.of("--home"),
                    "rehearse", List.of("--aot-cache"),
                    "help", List.of());

    /** For people. */
    static final String HELP =
            """
            stagecoach tentacle: runs on a machine what its gateway asks for.

              enrol --home DIR (--token TOKEN | --token - | --token-file FILE)
                  --gateway https://HOST:PORT [--bytes https://HOST:PORT]
                  Introduces this machine with the one-time token of an enrolment. DIR is created.
                  With - the token is the first line of the input: other users of the machine see
                  the arguments of a process, and not its input. It takes the options of configure.
              listen --home DIR --agent target:ID --trust THUMBPRINT[,THUMBPRINT]
                  --port [HOST:]PORT [--bytes https://HOST:PORT]
                  Settles, instead of an enrolment, that the gateway dials this machine: only one with
                  such a certificate is let in. Prints the thumbprint to register the machine with.
                  DIR is created. It takes the options of configure.
              configure --home DIR [--proxy http://HOST:PORT | none | environment]
                  [--no-proxy LIST] [--proxy-credentials-file FILE]
                  Settles, while it does not run, through which proxy the tentacle reaches its
                  servers; otherwise HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count. FILE
                  holds USER:PASSWORD; STAGECOACH_PROXY_CREDENTIALS may, too.
              rotate-certificate --home DIR
                  Makes a new key and certificate, also while the tentacle runs. It introduces it to
                  its gateway within a minute, and then gives up the old one.
              run --home DIR [--gateway https://HOST:PORT] [--bytes https://HOST:PORT]
                  [--keep-free SIZE] [--keep-days N] [--keep-versions N] [--allow-root]
                  Works until it is terminated. Prints READY when the gateway has welcomed it.
                  The endpoints replace those of the enrolment, for this run only. So much of the
                  disk stays free (64M unless said). Packages go that nobody has used for so many
                  days, or of which so many other versions were used later; with both, those that are
                  both.
                  As root it only works if that is asked for, since its scripts would be root, too.
              show --home DIR
                  Tells who this machine is, what it trusts and holds, and what is open here.
              check --home DIR
                  Looks whether the tentacle could work: the gateway, TLS, the disk, interpreters.
                  Ends with 1 if something stands in the way. Both may be asked while it runs.
              rehearse [--aot-cache FILE]
                  Runs a script and installs a package through a gateway that is only played, in a
                  folder that is removed again; with FILE, Java writes its AOT cache of that there.
              help
                  Prints this.
            """;

    private Usage() {}
}
