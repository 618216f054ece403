// Package loader says what each tensor of a checkpoint is.
//
// Open reads a .safetensors file or a folder in the layout of the Hugging Face hub (config.json, weights in one file or in
// shards), finds the architecture family and yields the model's matrices under the field's labels: W_E, W_pos, L3.W_Q,
// L3.W_Q.H7, L3.W_OV.H7, …, W_U. Every matrix is oriented so that it acts on row vectors, y = x·W: row i is input coordinate i,
// column j output coordinate j, however the checkpoint stores it. Families are one table (see families); what no entry
// covers is offered under the tensors' own names, as stored.
//
// Numbers stay where they are, in the mapped file: a View widens them block by block. Every tensor of the files is listed
// with its fate; what is worth saying about the model is a Warning, which is data.
//
// A Vocabulary, read when it is first asked for, says which text each token id stands for and which ids a text is made of.
//
// The content of files is hostile here: it gives a typed error, never a panic, and no name in it leads out of the model's folder.
package loader
