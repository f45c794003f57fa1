//! What only a controller's own key opens: age files (age-encryption.org/v1) to an X25519 recipient.

use std::str::FromStr as _;

use age::x25519::Recipient;

/// A public key that a controller gave.
#[derive(Clone)]
pub struct SealTo(Recipient);

impl SealTo {
    /// Reads a public key, `age1…`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<SealTo, String> {
        Recipient::from_str(text).map(SealTo).map_err(|why| {
            format!(
                "is no age public key ({why}); it begins with `age1`, and `age-keygen -y` prints it"
            )
        })
    }

    /// Seals bytes to it.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, String> {
        age::encrypt(&self.0, plain).map_err(|e| format!("protected.age cannot be sealed: {e}"))
    }
}

/// How every such file begins.
pub(super) const HEADER: &[u8] = b"age-encryption.org/v1\n-> X25519 ";
