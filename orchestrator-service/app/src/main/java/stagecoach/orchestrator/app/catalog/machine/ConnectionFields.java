package stagecoach.orchestrator.app.catalog.machine;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Listening;
import stagecoach.orchestrator.app.catalog.row.AgentRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.MachineAddress;
import stagecoach.vocabulary.identity.RegionId;

/** The fields that targets and workers share: where the machine is and how it is reached. */
final class ConnectionFields {
    private static final Pattern THUMBPRINT = Pattern.compile("[0-9a-f]{64}");

    private enum Communication {
        /** The machine dials the gateway. */
        POLLING,
        /** The gateway dials the machine. */
        LISTENING
    }

    private ConnectionFields() {}

    /** The region, if one is given. */
    static Optional<String> region(JsonBody body, KnownNames names) {
        Optional<RegionId> region = body.parsed("region", RegionId::new);
        region.ifPresent(
                id -> KnownNames.checkOne(body, "region", "region", id.value(), names.regions()));
        return region.map(RegionId::value);
    }

    /** How the machine is reached: where it is dialled; empty if it dials itself. */
    static Optional<Listening> read(JsonBody body) {
        body.ignore("health");
        boolean listening =
                body.choice("communication", Communication.class)
                        .filter(Communication.LISTENING::equals)
                        .isPresent();
        if (listening) {
            Optional<MachineAddress> address =
                    body.requiredParsed("address", MachineAddress::parse);
            Optional<String> thumbprint =
                    body.requiredParsed("thumbprint", ConnectionFields::thumbprint);
            return address.flatMap(
                    where -> thumbprint.map(shown -> new Listening(where.toString(), shown)));
        }
        body.ignore("thumbprint");
        if (body.has("address")) {
            body.mistake(
                    "address",
                    "Only a listening tentacle has an address. Leave it out, or say \"communication\": \"LISTENING\".");
        }
        return Optional.empty();
    }

    private static String thumbprint(String text) {
        String plain = text.replace(":", "").toLowerCase(Locale.ROOT);
        if (!THUMBPRINT.matcher(plain).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no thumbprint: it has 64 hexadecimal digits, and \"tentacle show\" tells it"
                            .formatted(text));
        }
        return plain;
    }

    /** Where a row says that the machine is dialled. */
    static Optional<Listening> of(@Nullable String address, @Nullable String thumbprint) {
        return address == null || thumbprint == null
                ? Optional.empty()
                : Optional.of(new Listening(address, thumbprint));
    }

    /** What the API calls it. */
    static String communication(@Nullable String address) {
        return (address == null ? Communication.POLLING : Communication.LISTENING).name();
    }

    /** The certificate that the machine is known by: by now, or as it was registered. */
    static @Nullable String thumbprint(@Nullable AgentRow agent, @Nullable String registered) {
        return agent == null || agent.thumbprint == null ? registered : agent.thumbprint;
    }
}
