package stagecoach.packages.app.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.app.mount.GoingPackages.Aside;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Removals from a shared folder, and a deployment that wants the package just then, step by step in
 * every order: what the deployment has found or written stays.
 */
class FolderRaceTest {
    private static final byte[] BYTES = {1, 2, 3};
    private static final Sha512 SHA512 = Sha512.hashOf(BYTES);

    @TempDir Path folder;

    private int worlds;

    /** Somebody's next step, as often as he has one. */
    private interface Actor {
        void step(int number) throws IOException;
    }

    /** A folder that holds the package, and who leases it. */
    private final class World {
        private final Path root;
        private final SharedFolder shared;
        private boolean leased;

        World() throws IOException {
            root = Files.createDirectory(folder.resolve("world-" + worlds++));
            shared = new SharedFolder(root);
            Files.createDirectory(root.resolve("blobs"));
            write();
        }

        private void write() throws IOException {
            Files.write(root.resolve("blobs").resolve(SHA512.value()), BYTES);
        }

        /** Sets it aside, asks whether it is needed, and does what follows. */
        Actor remover() {
            return new Actor() {
                private Optional<Aside> aside = Optional.empty();
                private boolean needed;

                @Override
                public void step(int number) throws IOException {
                    switch (number) {
                        case 0 -> aside = shared.going().setAside(SHA512);
                        case 1 -> needed = leased;
                        default -> {
                            if (aside.isPresent()) {
                                decide(aside.get(), needed);
                            }
                        }
                    }
                }
            };
        }

        /** Does the same with what it finds set aside. */
        Actor caretaker() {
            return new Actor() {
                private List<Aside> found = List.of();
                private boolean needed;

                @Override
                public void step(int number) throws IOException {
                    switch (number) {
                        case 0 -> found = shared.going().aside();
                        case 1 -> needed = leased;
                        default -> {
                            for (Aside aside : found) {
                                decide(aside, needed);
                            }
                        }
                    }
                }
            };
        }

        private void decide(Aside aside, boolean isNeeded) throws IOException {
            if (isNeeded) {
                shared.going().putBack(aside);
            } else {
                shared.going().delete(aside);
            }
        }

        /** Leases it, then looks for it, and writes it where it is missing. */
        Actor deployment() {
            return number -> {
                if (number == 0) {
                    leased = true;
                } else if (!shared.has(SHA512)) {
                    write();
                }
            };
        }

        void play(int[] order, Actor... actors) throws IOException {
            int[] next = new int[actors.length];
            for (int who : order) {
                actors[who].step(next[who]++);
            }
        }

        void lookAfter() throws IOException {
            play(new int[] {0, 0, 0}, caretaker());
        }
    }

    /** All orders of so many steps of each. */
    private static List<int[]> orders(int... steps) {
        List<int[]> orders = new ArrayList<>();
        orders(steps, new int[0], orders);
        return orders;
    }

    private static void orders(int[] left, int[] begun, List<int[]> orders) {
        if (IntStream.of(left).sum() == 0) {
            orders.add(begun);
        }
        for (int who = 0; who < left.length; who++) {
            if (left[who] > 0) {
                int[] rest = left.clone();
                rest[who]--;
                int[] longer = Arrays.copyOf(begun, begun.length + 1);
                longer[begun.length] = who;
                orders(rest, longer, orders);
            }
        }
    }

    @Test
    void of_two_removers_neither_takes_what_a_deployment_has_found_or_written() throws IOException {
        for (int[] order : orders(3, 3, 2)) {
            var world = new World();
            world.play(order, world.remover(), world.remover(), world.deployment());
            assertHeld(world, order);
        }
    }

    @Test
    void nor_does_one_who_looks_after_what_others_have_set_aside() throws IOException {
        for (int[] order : orders(3, 3, 2)) {
            var world = new World();
            world.play(order, world.remover(), world.caretaker(), world.deployment());
            assertHeld(world, order);
        }
    }

    @Test
    void what_a_killed_one_has_set_aside_is_back_when_it_was_looked_after() throws IOException {
        for (int done = 0; done < 3; done++) {
            for (int[] order : orders(done, 2)) {
                var world = new World();
                world.play(order, world.remover(), world.deployment());
                world.lookAfter();
                assertHeld(world, order);
            }
        }
    }

    @Test
    void what_nobody_needs_goes_whoever_is_killed() throws IOException {
        for (int done = 1; done <= 3; done++) {
            for (int[] order : orders(done, 3)) {
                var world = new World();
                world.play(order, world.remover(), world.remover());
                world.lookAfter();
                assertThat(world.shared.has(SHA512)).as(Arrays.toString(order)).isFalse();
                assertThat(world.shared.going().aside()).isEmpty();
            }
        }
    }

    @Test
    void what_cannot_be_asked_about_gets_its_place_again() throws IOException {
        var world = new World();

        assertThatThrownBy(
                        () ->
                                world.shared
                                        .going()
                                        .remove(
                                                SHA512,
                                                _ -> {
                                                    throw new IllegalStateException("no database");
                                                }))
                .hasMessage("no database");

        assertHeld(world, new int[0]);
        assertThat(world.shared.going().remove(SHA512, _ -> true)).isFalse();
        assertHeld(world, new int[0]);
        assertThat(world.shared.going().remove(SHA512, _ -> false)).isTrue();
        assertThat(world.shared.held(() -> {})).isEmpty();
    }

    private static void assertHeld(World world, int[] order) throws IOException {
        assertThat(world.shared.held(() -> {})).as(Arrays.toString(order)).containsExactly(SHA512);
        assertThat(world.root.resolve("blobs").resolve(SHA512.value())).hasBinaryContent(BYTES);
        assertThat(world.shared.going().aside()).as(Arrays.toString(order)).isEmpty();
    }
}
