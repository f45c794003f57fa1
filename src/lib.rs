//! Scopes a data breach from raw access logs: which accounts walked beyond their scope, which controllers
//! and data subjects were reached, when, by which raw lines, and what the logs cannot tell.
//!
//! # The way of a log line, room by room
//!
//! 1. [`case`]: `case.toml` and the directory tables, checked and typed
//! 2. [`source`]: files -> line-aligned windows of bytes, unpacked and hashed
//! 3. [`format`]: one line -> a record, or why it is none
//! 4. [`route`]: record -> what was asked for; lines -> accesses, the dear step
//! 5. [`sequence`]: accesses -> each account's, in exact order; the only memory that grows with the data
//! 6. [`scope`]: grants, units, sessions over time -> in scope, beyond, unknown
//! 7. [`detect`]: signals and verdicts on accounts
//! 8. [`coverage`]: what the logs can show, and what they cannot
//! 9. [`impact`]: disclosures -> controllers and data subjects with `[min, max]` and reasons
//! 10. [`cause`]: which stories of how it came about remain
//! 11. [`claims`]: a vendor's statement -> supported, contradicted, not determinable; a second road over the logs
//! 12. [`evidence`]: references -> exact bytes and hashes
//! 13. [`report`]: results -> the answer's files, the page for people among them, and the terminal's last screen
//! 14. [`audit`]: a finished answer held against the logs that it was made from
//! 15. [`pack`]: a finished answer -> a pack for each controller, and the check that nothing leaked
//!
//! [`words`] and [`chance`] (tails and intervals) serve every room.
//!
//! [`survey`] looks at logs before there is a case: what they carry, what they can answer, which case to begin
//! with. [`pipeline`] drives them in parallel, [`cli`] holds the flags, [`commands`] tells each command's story, [`synth`]
//! makes practice cases and shares no code with what it tests, [`selftest`] judges the program by them. [`stage`] cuts a
//! scan into programs that an engine runs on many machines.
//!
//! # The field's words
//!
//! A *controller* answers for data, the *processor* runs the platform; a *tenant* is a controller's part of
//! it. A *data subject* is whom data is about. An *account* made a request; an *object* discloses data about a
//! subject, a *container* many objects. A *grant* says what an account may see, its *scope* is all of them at
//! an instant. An *access* is a request that names an object or a container, a *disclosure* one by which
//! data left the platform.
//!
//! The library never prints; `commands` does.

pub mod audit;
pub mod case;
pub mod cause;
pub mod chance;
pub mod claims;
pub mod cli;
pub mod commands;
pub mod coverage;
pub mod detect;
pub mod evidence;
pub mod format;
pub mod impact;
pub mod pack;
pub mod pipeline;
pub mod report;
pub mod route;
pub mod scope;
pub mod selftest;
pub mod sequence;
pub mod source;
pub mod stage;
pub mod survey;
pub mod synth;
pub mod words;
