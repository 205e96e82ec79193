//! Why the gate lets an update not through.

use thiserror::Error;

/// Why an update is refused. The text is shown to people beside the entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// More bytes than one entry may carry.
    #[error("the edit has {0} bytes, more than an entry may carry")]
    TooLong(usize),
    /// The bytes end in the middle of something.
    #[error("the edit ends in the middle")]
    CutShort,
    /// Something follows the delete set.
    #[error("something follows the edit")]
    TrailingBytes,
    /// A number is not in its shortest form.
    #[error("a number is not in its shortest form")]
    LongNumber,
    /// A number is above 2^53.
    #[error("a number is too large")]
    NumberTooLarge,
    /// A count promises more than the bytes that remain.
    #[error("a count promises more than the bytes that remain")]
    CountTooLarge,
    /// A string is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Structs of more than one client.
    #[error("the edit has words of {0} writers")]
    ManyClients(u64),
    /// A client block without structs.
    #[error("the edit names a writer and has no words of it")]
    EmptyClientBlock,
    /// Structs of another client than the session's.
    #[error("the edit has words of another writer")]
    ForeignClient,
    /// Structs that do not begin where the session's previous edit ended.
    #[error("the edit starts at {found}, the session stands at {expected}")]
    StartsElsewhere {
        /// Where the session stands.
        expected: u64,
        /// Where the edit starts.
        found: u64,
    },
    /// More structs than an update may have.
    #[error("the edit has {0} parts, more than an entry may carry")]
    TooManyStructs(u64),
    /// A clock of 2^31 or above.
    #[error("a clock is too high")]
    ClockTooHigh,
    /// A client id of 2^53 or above.
    #[error("a writer's id is too high")]
    ClientTooHigh,
    /// A struct kind that no version of this format writes.
    #[error("the edit has a part of kind {0}, which notes do not have")]
    StructKind(u8),
    /// A struct without length.
    #[error("the edit has an empty part")]
    EmptyStruct,
    /// An own id named before it exists.
    #[error("the edit names a word of its own before it is written")]
    NamesLaterWord,
    /// A parent within the update that holds nothing.
    #[error("the edit puts a word into something that holds none")]
    ParentHoldsNothing,
    /// A parent flag other than 0 and 1.
    #[error("the edit has an unknown kind of parent")]
    ParentFlag,
    /// A root's name that notes do not have.
    #[error("the edit writes to a part of the note that does not exist")]
    RootName,
    /// A map key or a mark's name above 256 bytes.
    #[error("a name is too long")]
    NameTooLong,
    /// A shared type other than a map or a list.
    #[error("the edit has a shared type of kind {0}")]
    TypeKind(u64),
    /// A shared type outside of `objects`.
    #[error("the edit puts a shared type where none belongs")]
    TypePlace,
    /// Neighbours that stand in two lists, or under two keys.
    #[error("the edit puts a word between two places")]
    TwoPlaces,
    /// A right neighbour that is the left one, or what that was written after.
    #[error("the edit puts a word before and after the same word")]
    Backwards,
    /// A map's entry that is not one value.
    #[error("the edit puts text where a value belongs")]
    KeyedContent,
    /// Values in a text.
    #[error("the edit puts a value into a text")]
    ValuesInText,
    /// Nesting above 32.
    #[error("the edit is nested too deeply")]
    TooDeep,
    /// JSON text above 4 KiB.
    #[error("a value is too long")]
    JsonTooLong,
    /// Text that is no JSON.
    #[error("a value is not JSON")]
    NotJson,
    /// One key twice in a JSON object.
    #[error("a value has one name twice")]
    DuplicateName,
    /// Half of a surrogate pair in a JSON string.
    #[error("a value has half a character")]
    HalfCharacter,
    /// A JSON number that a double does not hold.
    #[error("a value has a number that cannot be kept")]
    JsonNumber,
    /// An embed that is no JSON object.
    #[error("an embedded value is not a record")]
    EmbedShape,
    /// A block id that is no id.
    #[error("a block's id is not an id")]
    BlockId,
    /// A table's ref, or a key of `objects`, that is no id.
    #[error("a table's id is not an id")]
    ObjectId,
    /// `undefined`, a big integer, bytes, a list, or a tag nobody knows.
    #[error("a value is of kind {0}, which notes do not have")]
    AnyKind(u8),
    /// A map within a map.
    #[error("a value is a map within a map")]
    AnyNesting,
    /// NaN or infinity.
    #[error("a value is not a number")]
    AnyNotFinite,
    /// A number in another form than lib0 gives it.
    #[error("a number is not in the form it has to have")]
    AnyNumberForm,
    /// A value too large to be cut, on its way from a window.
    #[error("a value of {0} bytes cannot be kept")]
    SolidTooLong(usize),
    /// Clients of the delete set not rising.
    #[error("the deletions are not in order of their writers")]
    DeleteClients,
    /// Ranges of the delete set not rising or not merged.
    #[error("the deletions of one writer are not in order")]
    DeleteRanges,
    /// A client without ranges, or a range without length.
    #[error("the edit has an empty deletion")]
    EmptyDelete,
    /// Own ids deleted that are not written yet.
    #[error("the edit deletes words of its own that do not exist")]
    DeletesLaterWord,
    /// Re-encoding gave another edit than the window's.
    #[error("the edit could not be brought into its final form")]
    NotTheSameEdit,
}
