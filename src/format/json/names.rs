//! What the fields of a line may mean, and the keys of a field map. The names that well-known writers
//! use stand in `known.rs`.

/// A place for a value of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Slot {
    Time,
    Account,
    User,
    Method,
    Target,
    Path,
    Query,
    Request,
    Protocol,
    Host,
    Status,
    /// What Fluentd calls the status, and others call something else.
    Code,
    Bytes,
    Client,
    ClientPort,
    Referer,
    Agent,
    RequestId,
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Cookie,
    Headers,
    Forwarded,
    /// Who wrote the line.
    Node,
    /// The writer's own number of the line.
    Sequence,
    /// A gateway's name for the route, which stands where no target does.
    Template,
    /// Which of several logs in one place this is of.
    Category,
    /// An object that holds the whole record.
    Inside,
    /// The same as a text.
    Embedded,
    /// A day whose hour stands in the time (tables only).
    Date,
    /// The line as it came (tables only).
    Raw,
}

impl Slot {
    /// How many there are.
    pub(in super::super) const COUNT: usize = Slot::Raw as usize + 1;

    /// Whether who asked for what, when and with what answer hangs on it.
    pub(super) fn decides(self) -> bool {
        matches!(
            self,
            Slot::Time
                | Slot::Account
                | Slot::User
                | Slot::Method
                | Slot::Target
                | Slot::Path
                | Slot::Query
                | Slot::Request
                | Slot::Status
                | Slot::Bytes
                | Slot::Client
                | Slot::Forwarded
                | Slot::Cookie
                | Slot::Headers
        )
    }

    /// Whether an object or array says something here.
    pub(super) fn takes_composite(self) -> bool {
        matches!(self, Slot::Cookie | Slot::Headers | Slot::Inside)
    }

    /// Whether of a list the first text is meant.
    pub(super) fn takes_list(self) -> bool {
        matches!(
            self,
            Slot::Account
                | Slot::User
                | Slot::Agent
                | Slot::Referer
                | Slot::Host
                | Slot::Forwarded
                | Slot::RequestId
        )
    }
}

/// The keys of a field map. A `duration` is in milliseconds unless its name says otherwise.
pub(in super::super) const KEYS: [(&str, Slot); 27] = [
    ("time", Slot::Time),
    ("account", Slot::Account),
    ("user", Slot::User),
    ("method", Slot::Method),
    ("target", Slot::Target),
    ("path", Slot::Path),
    ("query", Slot::Query),
    ("request", Slot::Request),
    ("protocol", Slot::Protocol),
    ("host", Slot::Host),
    ("status", Slot::Status),
    ("bytes", Slot::Bytes),
    ("client", Slot::Client),
    ("client_port", Slot::ClientPort),
    ("referer", Slot::Referer),
    ("user_agent", Slot::Agent),
    ("request_id", Slot::RequestId),
    ("duration", Slot::Milliseconds),
    ("duration_ms", Slot::Milliseconds),
    ("duration_s", Slot::Seconds),
    ("duration_us", Slot::Microseconds),
    ("duration_ns", Slot::Nanoseconds),
    ("cookie", Slot::Cookie),
    ("headers", Slot::Headers),
    ("forwarded", Slot::Forwarded),
    ("node", Slot::Node),
    ("sequence", Slot::Sequence),
];
