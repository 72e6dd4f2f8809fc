package main

func bench(path string) {}
