// Package feature reads filters over media features, by which a device says what it can show and a mail what it is: RFC 2533,
// as RFC 4141 uses it.
//
//  1. [Parse] reads "(&(type="text/html")(dpi<=400))".
//  2. [Filter.Match] says whether a document with certain features is among those that the filter takes.
//  3. [Filter.Facts] are the features that a filter states plainly: what a document is.
//
// Floor 0; read [Parse] first.
package feature
