//! Signatures with an SSH key: raw ones for an envelope, and the armored kind that `ssh-keygen -Y verify` reads.

use ssh_key::private::KeypairData;
use ssh_key::{HashAlg, LineEnding, PrivateKey, Signature};

/// The namespace of signatures over an answer.
const NAMESPACE: &str = "breachscope";

/// An Ed25519 key.
#[derive(Debug)]
pub struct Signer {
    key: PrivateKey,
}

impl Signer {
    /// Reads an OpenSSH private key.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn read(key: &[u8]) -> Result<Signer, String> {
        let key = PrivateKey::from_openssh(key).map_err(|e| {
            format!("is no OpenSSH private key ({e}); `ssh-keygen -t ed25519` makes one")
        })?;
        if key.is_encrypted() {
            return Err(
                "is protected by a passphrase, which is not asked for here; sign with the agent instead: `ssh-keygen -Y \
                 sign -n breachscope -f KEY manifest.json`"
                    .to_owned(),
            );
        }
        match key.key_data() {
            KeypairData::Ed25519(_) => Ok(Signer { key }),
            _ => Err(format!(
                "is a key of the kind {}; Ed25519 is what is used here: `ssh-keygen -t ed25519` makes one",
                key.algorithm()
            )),
        }
    }

    /// `SHA256:…`, as ssh-keygen prints it.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The signature over bytes: 64 bytes, the same for the same key and bytes.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn raw(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let signature: Signature = signature::Signer::try_sign(&self.key, bytes).map_err(failed)?;
        Ok(signature.as_bytes().to_vec())
    }

    /// The armored signature over a file's bytes.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn armored(&self, bytes: &[u8]) -> Result<String, String> {
        let signature = self.key.sign(NAMESPACE, HashAlg::Sha512, bytes);
        let signature = signature.map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("cannot sign: {error}")
}
