// Package deck writes objects as a file of decK and reads objects from one, so that a
// control plane can come from decK, go to decK, or be compared by it.
//
// Encode writes format 3.0, in the nested form that decK dumps. With WithOwner the file
// speaks of the entities of one owner alone: its select tags are the owner's marks, so that
// decK neither deletes nor changes anything else.
//
// Secrets are not in the file unless WithSecrets is given. In their place stands decK's own
// way of naming an environment variable, ${{ env "DECK_…" }}; WithEnvironment tells the
// variables and their values. A reference to a vault is no secret. The configuration of a
// plugin is written as it is where the object has it in clear: what is secret in it belongs
// in a Secret (configFrom, configPatches) or in a vault.
//
// What a file cannot express is refused by name: pinned client certificates of data planes,
// a second certificate beside the first, and credentials whose secret or key Konnect makes up.
// Marks of secret values (konnect.WithSecretMarks) are not in a file: decK would take them
// away.
//
// Decode reads what decK reads, and refuses by line what no object can say. The objects that
// it returns are complete but for the control plane, which a decK file names and does not
// describe.
package deck
