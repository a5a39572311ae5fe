package stagecoach.wire;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Retries;

/**
 * One full example of any record of the contracts: every component present, every list with one
 * item, always the same.
 */
final class Examples {
    private static final Map<Class<?>, Object> LEAVES =
            Map.ofEntries(
                    Map.entry(String.class, "text"),
                    Map.entry(int.class, 2),
                    Map.entry(Integer.class, 2),
                    Map.entry(long.class, 4096L),
                    Map.entry(Long.class, 4096L),
                    Map.entry(boolean.class, true),
                    Map.entry(Boolean.class, true),
                    Map.entry(Instant.class, Instant.parse("2026-11-24T06:00:00Z")),
                    Map.entry(Duration.class, Duration.ofSeconds(90)),
                    Map.entry(UUID.class, UUID.fromString("6c1f0b0e-3c53-5f0d-9d0e-7a3b5f2d9c41")),
                    Map.entry(AgentId.class, new AgentId("target:web-1")),
                    Map.entry(DeploymentId.class, new DeploymentId("7f3k9qzm")),
                    Map.entry(HolderId.class, new HolderId("text")),
                    Map.entry(Digest.class, new Digest("ab".repeat(32))),
                    Map.entry(ReleaseVersion.class, new ReleaseVersion("1.4.0")),
                    Map.entry(Ticket.class, Ticket.parse("6c1f0b0e-3c53-5f0d-9d0e-7a3b5f2d9c41")),
                    Map.entry(PackageId.class, new PackageId("Shop.Web")),
                    Map.entry(PackageVersion.class, new PackageVersion("1.4.0")),
                    Map.entry(Sha512.class, new Sha512("cd".repeat(64))),
                    Map.entry(Retries.class, new Retries(2, Duration.ofSeconds(5))));

    private Examples() {}

    /**
     * Every record behind {@code family}: itself, or each permitted record of a sealed interface.
     */
    static List<Class<?>> recordsOf(Class<?> family) {
        return family.isSealed()
                ? Arrays.stream(family.getPermittedSubclasses())
                        .<Class<?>>flatMap(permitted -> recordsOf(permitted).stream())
                        .toList()
                : List.of(family);
    }

    /** The example of {@code type}. */
    static <T> T of(Class<T> type) {
        return type.cast(example(type));
    }

    private static Object example(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            Class<?> raw = (Class<?>) generic.getRawType();
            if (raw == Optional.class) {
                return Optional.of(example(of[0]));
            }
            if (raw == List.class) {
                return List.of(example(of[0]));
            }
            if (raw == Map.class) {
                return Map.of(example(of[0]), example(of[1]));
            }
            throw new IllegalArgumentException("no example for " + type);
        }
        var plain = (Class<?>) type;
        Object leaf = LEAVES.get(plain);
        if (leaf != null) {
            return leaf;
        }
        if (plain.isEnum()) {
            return plain.getEnumConstants()[0];
        }
        if (plain.isSealed()) {
            return example(plain.getPermittedSubclasses()[0]);
        }
        return record(plain);
    }

    private static Object record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            throw new IllegalArgumentException("no example for " + type);
        }
        try {
            Constructor<?> constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            return constructor.newInstance(
                    Arrays.stream(components).map(c -> example(c.getGenericType())).toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot build an example of " + type, e);
        }
    }
}
