package stagecoach.contracts.acquisition;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import stagecoach.vocabulary.packages.Sha512;

/** What those who write a folder cache and those who read it must agree on. */
public final class FolderAddress {
    /** The folder within it that packages lie in, each under its digest. */
    public static final String BLOBS = "blobs";

    private static final String SCHEME = "file://";

    /** Some would decode or cut these, and others would not. */
    private static final String AMBIGUOUS = "%?#\\";

    private FolderAddress() {}

    /** Where a package lies within the folder. */
    public static String blob(Sha512 sha512) {
        return BLOBS + "/" + sha512.value();
    }

    /**
     * The path of the folder that {@code file:///…} means, word for word.
     *
     * @throws IllegalArgumentException with a sentence, if it means none
     */
    public static String path(String url) {
        if (!url.startsWith(SCHEME + "/")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no folder. Write file:/// and the path of a mounted folder, such as file:///mnt/packages."
                            .formatted(url));
        }
        if (url.chars().anyMatch(c -> AMBIGUOUS.indexOf(c) >= 0 || Character.isISOControl(c))) {
            throw new IllegalArgumentException(
                    "\"%s\" has a character that paths of caches do not have: %%, ?, #, \\ or a control character."
                            .formatted(url));
        }
        List<String> names =
                Arrays.stream(url.substring(SCHEME.length()).split("/"))
                        .filter(name -> !name.isEmpty())
                        .toList();
        if (names.stream().anyMatch(Set.of(".", "..")::contains)) {
            throw new IllegalArgumentException(
                    "\"%s\" goes up and down. Write the path without . and .. in it."
                            .formatted(url));
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"%s\" is the whole machine. Name the folder.".formatted(url));
        }
        return "/" + String.join("/", names);
    }
}
