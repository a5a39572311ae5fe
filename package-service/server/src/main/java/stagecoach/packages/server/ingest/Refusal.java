package stagecoach.packages.server.ingest;

/**
 * Why a package was not taken in.
 *
 * @param sentence what is wrong, where, and what to do; fit to be shown to whoever sent it
 */
public record Refusal(Code code, String sentence) {

    /** What sort of answer a refusal is. */
    public enum Kind {
        /** The package itself is wrong: sending it again will not help. */
        INVALID,
        /** The id and version are taken. */
        CONFLICT,
        /** A limit of this server is exceeded. */
        TOO_LARGE
    }

    /** The reason, for programs. */
    public enum Code {
        EMPTY(Kind.INVALID),
        UPLOAD_BROKEN(Kind.INVALID),
        PACKAGE_TOO_LARGE(Kind.TOO_LARGE),
        NOT_AN_ARCHIVE(Kind.INVALID),
        BYTES_AROUND_ARCHIVE(Kind.INVALID),
        ARCHIVE_DAMAGED(Kind.INVALID),
        TOO_MANY_ENTRIES(Kind.TOO_LARGE),
        CONTENT_TOO_LARGE(Kind.TOO_LARGE),
        COMPRESSION_BOMB(Kind.INVALID),
        UNSAFE_NAME(Kind.INVALID),
        DUPLICATE_NAME(Kind.INVALID),
        SPECIAL_FILE(Kind.INVALID),
        ENCRYPTED(Kind.INVALID),
        UNSUPPORTED_COMPRESSION(Kind.INVALID),
        NO_NUSPEC(Kind.INVALID),
        NUSPEC_NOT_AT_ROOT(Kind.INVALID),
        SEVERAL_NUSPECS(Kind.INVALID),
        NUSPEC_INVALID(Kind.INVALID),
        SYMBOLS_PACKAGE(Kind.INVALID),
        OTHER_PACKAGE(Kind.INVALID),
        VERSION_EXISTS(Kind.CONFLICT);

        private final Kind kind;

        Code(Kind kind) {
            this.kind = kind;
        }

        /** What sort of answer it is. */
        public Kind kind() {
            return kind;
        }
    }
}
