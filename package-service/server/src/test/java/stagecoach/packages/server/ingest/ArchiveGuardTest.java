package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static stagecoach.packages.server.ingest.Refusal.Code.ARCHIVE_DAMAGED;
import static stagecoach.packages.server.ingest.Refusal.Code.BYTES_AROUND_ARCHIVE;
import static stagecoach.packages.server.ingest.Refusal.Code.COMPRESSION_BOMB;
import static stagecoach.packages.server.ingest.Refusal.Code.CONTENT_TOO_LARGE;
import static stagecoach.packages.server.ingest.Refusal.Code.DUPLICATE_NAME;
import static stagecoach.packages.server.ingest.Refusal.Code.ENCRYPTED;
import static stagecoach.packages.server.ingest.Refusal.Code.NOT_AN_ARCHIVE;
import static stagecoach.packages.server.ingest.Refusal.Code.NO_NUSPEC;
import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_INVALID;
import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_NOT_AT_ROOT;
import static stagecoach.packages.server.ingest.Refusal.Code.SEVERAL_NUSPECS;
import static stagecoach.packages.server.ingest.Refusal.Code.SPECIAL_FILE;
import static stagecoach.packages.server.ingest.Refusal.Code.TOO_MANY_ENTRIES;
import static stagecoach.packages.server.ingest.Refusal.Code.UNSAFE_NAME;
import static stagecoach.packages.server.ingest.Refusal.Code.UNSUPPORTED_COMPRESSION;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveGuardTest {

    private static final ArchiveLimits LIMITS =
            new ArchiveLimits(100, 1 << 20, 1 << 21, 50, 1 << 17);

    private final ArchiveGuard guard = new ArchiveGuard(LIMITS);

    @Test
    void a_good_package_tells_its_nuspec() throws Exception {
        var archive =
                Archive.good()
                        .folder("content/")
                        .file("content/a%20b.txt", "text")
                        .file("content/Grüße.txt", "text")
                        .stored("tools/x..y", "text")
                        .unix("run.sh", 0100755, "#!/bin/sh")
                        .unix("bin/", 040755, "")
                        .bytes();

        var nuspec = guard.inspect(channel(archive));

        assertThat(nuspec.id().value()).isEqualTo("Shop.Web");
        assertThat(nuspec.version().value()).isEqualTo("1.0.0");
        assertThat(guard.nuspec(channel(archive)))
                .asString(UTF_8)
                .isEqualTo(Archive.nuspec("Shop.Web", "1.0.0"));
    }

    @Test
    void archives_of_every_honest_kind_are_read() throws Exception {
        assertThat(guard.inspect(channel(streamed()))).isNotNull();
        assertThat(
                        guard.inspect(
                                channel(
                                        Archive.empty()
                                                .zip64()
                                                .file("p.nuspec", goodNuspec())
                                                .bytes())))
                .isNotNull();
        assertThat(guard.inspect(channel(Archive.good().comment("a commit's id").bytes())))
                .isNotNull();
        assertThat(guard.inspect(channel(Archive.empty().file("P.NuSpec", goodNuspec()).bytes())))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../../evil",
                "a/..",
                "/etc/passwd",
                "C:/evil",
                "c:evil",
                "d/a\\b",
                "a/b:stream",
                "a%3Ab",
                "..\\evil",
                "a//b",
                "./a",
                "a/./b",
                "%2e%2e/evil",
                "a/%2E%2E/b",
                "a%5Cb",
                "%2Fabs",
                "a\nb",
                "a\u0000b",
                "a%00b",
                "//server/share",
                "/"
            })
    void a_name_that_may_lead_out_of_the_folder_is_refused(String name) {
        assertRefused(UNSAFE_NAME, Archive.good().file(name, "x").bytes());
    }

    @Test
    void a_backslash_is_seen_also_where_a_zip_library_hides_it() {
        var archive = Archive.good().file("a|b", "x").bytes();
        archive[indexOf(archive, "a|b") + 1] = '\\';
        archive[indexOf(archive, "a|b") + 1] = '\\';
        assertRefused(UNSAFE_NAME, archive);
    }

    @Test
    void a_step_that_no_file_system_takes_is_refused() {
        assertRefused(UNSAFE_NAME, Archive.good().file("a/" + "ü".repeat(128), "x").bytes());
    }

    @Test
    void an_endless_name_is_refused() {
        assertRefused(UNSAFE_NAME, Archive.good().file("a/".repeat(600) + "b", "x").bytes());
    }

    @Test
    void a_name_that_lies_too_deep_is_refused() {
        assertRefused(UNSAFE_NAME, Archive.good().file("a/".repeat(64) + "b", "x").bytes());
    }

    @Test
    void names_that_lead_through_ever_new_folders_are_refused_before_they_fill_the_memory()
            throws Exception {
        var names = new EntryNames();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 65_535; i++) {
                                names.add("%d/%s".formatted(i, "a/".repeat(60)));
                            }
                        })
                .isInstanceOf(PackageRefusedException.class)
                .hasMessageContaining("files and folders");
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt, a.txt",
        "a.txt, A.TXT",
        "a/b, A/B",
        "a b, a%20b",
        "a, a/b",
        "a/b, a",
        "a/b, A",
        "a/, a",
        "straße, STRASSE",
        "é, e\u0301",
    })
    void two_entries_that_may_end_up_as_one_file_are_refused(String first, String second) {
        assertRefused(DUPLICATE_NAME, Archive.good().file(first, "x").file(second, "y").bytes());
    }

    @Test
    void a_folder_may_be_listed_behind_what_is_in_it_and_twice() throws Exception {
        var archive = Archive.good().file("a/b", "x").folder("a/").folder("A/").bytes();
        assertThat(guard.inspect(channel(archive))).isNotNull();
    }

    @Test
    void folders_as_mavens_archivers_used_to_mark_them_are_folders() throws Exception {
        var archive = Archive.good().unix("META-INF/maven/", 0177777, "").bytes();
        assertThat(guard.inspect(channel(archive))).isNotNull();
        assertRefused(SPECIAL_FILE, Archive.good().unix("link/", 0120777, "").bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0120777, 010644, 020644, 060644, 0140644})
    void links_and_devices_are_refused(int mode) {
        assertRefused(SPECIAL_FILE, Archive.good().unix("link", mode, "/etc/passwd").bytes());
    }

    @Test
    void encrypted_entries_are_refused() {
        var archive = Archive.good().bytes();
        archive[6] |= 1;
        archive[indexOf(archive, "PK\1\2") + 8] |= 1;
        assertRefused(ENCRYPTED, archive);
    }

    @Test
    void compression_that_not_every_reader_knows_is_refused() {
        var archive = Archive.good().bytes();
        archive[8] = 9;
        archive[indexOf(archive, "PK\1\2") + 10] = 9;
        assertRefused(UNSUPPORTED_COMPRESSION, archive);
    }

    @Test
    void an_archive_with_too_many_entries_is_refused_without_reading_them() {
        var archive = Archive.good();
        for (var i = 0; i < 100; i++) {
            archive.file("f" + i, "");
        }
        var bytes = archive.bytes();
        assertRefused(TOO_MANY_ENTRIES, bytes);
        // The same, but its end says that there is one.
        bytes[bytes.length - 14] = 1;
        bytes[bytes.length - 12] = 1;
        assertRefused(ARCHIVE_DAMAGED, bytes);
    }

    @Test
    void content_that_compresses_too_well_is_refused() {
        assertRefused(
                COMPRESSION_BOMB,
                Archive.bestCompressed().file("zeros", new byte[1 << 19]).bytes());
    }

    @Test
    void one_large_entry_or_many_that_are_large_together_are_refused() {
        assertRefused(CONTENT_TOO_LARGE, Archive.good().file("a", noise((1 << 20) + 1)).bytes());
        assertRefused(
                CONTENT_TOO_LARGE,
                Archive.good()
                        .file("a", noise(1 << 20))
                        .file("b", noise(1 << 19))
                        .file("c", noise((1 << 19) + 1))
                        .bytes());
    }

    @Test
    void a_length_or_checksum_that_lies_is_refused() {
        for (var field : new int[] {16, 24}) {
            var archive = Archive.good().bytes();
            archive[indexOf(archive, "PK\1\2") + field]++;
            assertRefused(ARCHIVE_DAMAGED, archive);
        }
    }

    @Test
    void an_entry_with_another_name_before_its_bytes_is_refused() {
        var archive = Archive.good().file("innocent", "x").bytes();
        archive[indexOf(archive, "innocent")] = 'I';
        assertRefused(ARCHIVE_DAMAGED, archive);
    }

    @Test
    void entries_that_share_their_bytes_are_refused() {
        var archive = Archive.good().file("a", "x").file("b", "x").bytes();
        var second = indexOf(archive, "PK\1\2", indexOf(archive, "PK\1\2") + 1);
        var third = indexOf(archive, "PK\1\2", second + 1);
        System.arraycopy(archive, second + 42, archive, third + 42, 4);
        assertRefused(ARCHIVE_DAMAGED, archive);
    }

    @Test
    void a_file_that_was_cut_off_anywhere_is_refused() {
        var archive = Archive.good().file("a", noise(1000)).bytes();
        for (var length = 0; length < archive.length; length++) {
            var cut = Arrays.copyOf(archive, length);
            assertThat(refusal(cut).code())
                    .as("cut at %s", length)
                    .isIn(NOT_AN_ARCHIVE, BYTES_AROUND_ARCHIVE, ARCHIVE_DAMAGED);
        }
    }

    @Test
    void bytes_before_behind_or_within_are_refused() throws Exception {
        var archive = Archive.good().bytes();
        assertRefused(BYTES_AROUND_ARCHIVE, concat(archive, new byte[1]));
        assertRefused(NOT_AN_ARCHIVE, concat(new byte[1], archive));
        // A second archive behind the first: readers from the front and the back see another one.
        assertRefused(ARCHIVE_DAMAGED, concat(archive, Archive.of("Other", "1.0")));
        var directory = indexOf(archive, "PK\1\2");
        assertRefused(
                ARCHIVE_DAMAGED,
                concat(
                        concat(Arrays.copyOf(archive, directory), new byte[7]),
                        Arrays.copyOfRange(archive, directory, archive.length)));
    }

    @Test
    void what_is_no_archive_at_all_is_refused_with_a_sentence() {
        assertRefused(NOT_AN_ARCHIVE, new byte[0]);
        assertRefused(NOT_AN_ARCHIVE, "<html>not found</html>".getBytes(UTF_8));
        assertRefused(NOT_AN_ARCHIVE, Archive.empty().bytes());
        assertThat(refusal(new byte[10]).sentence()).contains("no package").endsWith(".");
    }

    @Test
    void a_long_end_that_contradicts_the_short_one_is_refused() {
        var archive = Archive.empty().zip64().file("p.nuspec", goodNuspec()).bytes();
        archive[archive.length - 14] = 2;
        archive[archive.length - 12] = 2;
        assertRefused(ARCHIVE_DAMAGED, archive);
    }

    @Test
    void a_package_without_exactly_one_nuspec_at_its_root_is_refused() {
        assertRefused(NO_NUSPEC, Archive.empty().file("a", "x").bytes());
        assertRefused(NUSPEC_NOT_AT_ROOT, Archive.empty().file("a/p.nuspec", goodNuspec()).bytes());
        assertRefused(SEVERAL_NUSPECS, Archive.good().file("other.NUSPEC", goodNuspec()).bytes());
        assertRefused(NUSPEC_INVALID, Archive.withNuspec("<package/>").bytes());
        assertRefused(
                NUSPEC_INVALID,
                Archive.withNuspec(goodNuspec() + " ".repeat(1 << 18).repeat(5)).level(0).bytes(),
                new ArchiveLimits(100, 1 << 23, 1 << 23, 50, 1 << 23));
    }

    @Test
    void whatever_the_nuspec_is_called_the_id_and_version_within_count() throws Exception {
        var archive = Archive.empty().file("Another.Package.2.0.nuspec", goodNuspec()).bytes();

        var nuspec = guard.inspect(channel(archive));

        assertThat(nuspec.id().value()).isEqualTo("Shop.Web");
        assertThat(nuspec.version().value()).isEqualTo("1.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/Package.nuspec", "Package.nuspec", "/package%2Enuspec"})
    void a_manifest_that_is_named_to_old_clients_is_the_nuspec(String target) throws Exception {
        assertThat(guard.inspect(channel(related(target)))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/content/other.xml",
                "/gone.nuspec",
                "content/Package.nuspec",
                "",
                "http://a/b"
            })
    void an_archive_that_names_another_manifest_to_old_clients_is_refused(String target) {
        assertRefused(SEVERAL_NUSPECS, related(target));
    }

    @Test
    void of_two_manifests_for_old_clients_none_may_be_another() {
        assertRefused(
                SEVERAL_NUSPECS,
                Archive.good()
                        .file(
                                "_RELS/.rels",
                                "<Relationships>%s%s</Relationships>"
                                        .formatted(
                                                relation("/Package.nuspec"),
                                                relation("/content/other.xml")))
                        .bytes());
        assertRefused(
                NUSPEC_INVALID, Archive.good().file("_rels/.rels", "<Relationships>").bytes());
    }

    private static byte[] related(String manifest) {
        return Archive.good()
                .file("content/other.xml", Archive.nuspec("Other", "1.0.0"))
                .file(
                        "_rels/.rels",
                        """
                        <?xml version="1.0" encoding="utf-8"?>
                        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                          <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/package/services/metadata/core-properties/1.psmdcp" Id="R0" />
                          %s
                        </Relationships>
                        """
                                .formatted(relation(manifest)))
                .bytes();
    }

    private static String relation(String manifest) {
        return "<Relationship Type=\"http://schemas.microsoft.com/packaging/2010/07/manifest\" Target=\"%s\" Id=\"R1\" />"
                .formatted(manifest);
    }

    @Test
    void a_nuspec_in_a_folder_beside_the_one_at_the_root_is_just_content() throws Exception {
        assertThat(guard.inspect(channel(Archive.good().file("templates/x.nuspec", "x").bytes())))
                .isNotNull();
    }

    @Test
    void a_failing_disk_is_not_blamed_on_the_sender() {
        var archive = Archive.good().file("a", noise(1 << 17)).bytes();
        for (var reads : new int[] {0, 1, 2, 3, 5, 8}) {
            assertThatThrownBy(() -> guard.inspect(new FailingChannel(archive, reads)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the disk is dead");
        }
    }

    @Test
    void the_channel_is_closed_whatever_happens() throws Exception {
        var good = channel(Archive.good().bytes());
        guard.inspect(good);
        assertThat(good.isOpen()).isFalse();
        var bad = channel(new byte[10]);
        assertThatThrownBy(() -> guard.inspect(bad)).isInstanceOf(PackageRefusedException.class);
        assertThat(bad.isOpen()).isFalse();
    }

    @Property
    void however_a_package_is_damaged_it_is_read_or_refused(
            @ForAll @Size(max = 4) byte[] damage, @ForAll @IntRange(max = 10_000) int where)
            throws IOException {
        var archive = Archive.good().file("a", noise(300)).zip64().file("b", "text").bytes();
        for (var i = 0; i < damage.length; i++) {
            archive[(where + i) % archive.length] = damage[i];
        }
        try {
            assertThat(guard.inspect(channel(archive))).isNotNull();
        } catch (PackageRefusedException refused) {
            assertThat(refused.refusal().sentence()).endsWith(".");
        }
    }

    private void assertRefused(Refusal.Code code, byte[] archive) {
        assertRefused(code, archive, LIMITS);
    }

    private static void assertRefused(Refusal.Code code, byte[] archive, ArchiveLimits limits) {
        var refusal = refusal(archive, limits);
        assertThat(refusal.code()).as(refusal.sentence()).isEqualTo(code);
        assertThat(refusal.sentence()).doesNotContainPattern("\\p{Cntrl}").endsWith(".");
    }

    private Refusal refusal(byte[] archive) {
        return refusal(archive, LIMITS);
    }

    private static Refusal refusal(byte[] archive, ArchiveLimits limits) {
        var thrown =
                catchThrowableOfType(
                        PackageRefusedException.class,
                        () -> new ArchiveGuard(limits).inspect(channel(archive)));
        assertThat(thrown).as("it was let in").isNotNull();
        return thrown.refusal();
    }

    private static SeekableByteChannel channel(byte[] bytes) {
        return new SeekableInMemoryByteChannel(bytes);
    }

    private static String goodNuspec() {
        return Archive.nuspec("Shop.Web", "1.0.0");
    }

    /** As packers write that cannot seek: lengths follow the bytes. */
    private static byte[] streamed() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("p.nuspec"));
            zip.write(goodNuspec().getBytes(UTF_8));
            zip.putNextEntry(new ZipEntry("a"));
            zip.write(noise(1000));
        }
        return bytes.toByteArray();
    }

    private static byte[] noise(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    private static int indexOf(byte[] bytes, String text) {
        return indexOf(bytes, text, 0);
    }

    private static int indexOf(byte[] bytes, String text, int from) {
        var wanted = text.getBytes(UTF_8);
        for (var i = from; ; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
    }

    /** A disk that dies after some reads. */
    private static final class FailingChannel extends SeekableInMemoryByteChannel {
        private int readsLeft;

        FailingChannel(byte[] bytes, int reads) {
            super(bytes);
            this.readsLeft = reads;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (readsLeft-- == 0) {
                throw new IOException("the disk is dead");
            }
            return super.read(into);
        }
    }
}
