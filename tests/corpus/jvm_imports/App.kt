package org.ours.app
import com.vomomep.bilamud.Widget
import com.tifikek.zagezez.helpers.thing as h
import okhttp3.OkHttpClient
import kotlinx.coroutines.launch
import kotlin.math.abs
import java.io.File
val s = "import com.kotlin.text"
