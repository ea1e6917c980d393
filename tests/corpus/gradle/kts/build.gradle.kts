dependencies {
    implementation("com.nozaxuv:tozenox:1.0")
    testImplementation(kotlin("test"))
    implementation(platform("com.tofopup:lulovud:2.0"))
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.8.0")
    /* implementation("com.block:comment:1.0") */
}
